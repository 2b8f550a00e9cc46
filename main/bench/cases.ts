/** From what was asked for to the list of cases, before anything is started or stored. */

import type { z } from 'zod';
import { cacheStateOf } from '../../core/analysis/figures.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { type DataType, type Plan, type PlanKind, planGraph } from '../../core/graph/plan.ts';
import type { Model } from '../../core/models/zoo.ts';
import { ApiError, type RunRequestSchema } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Case } from '../../core/protocol/run.ts';
import { findSuite, requireModel, type Suite } from './suites.ts';

export interface PlannedCase {
  readonly case: Case;
  readonly graph: Graph;
  readonly plan: Plan;
}

export interface Selection {
  readonly suite: Suite;
  readonly models: readonly Model[];
}

export type ParsedRunRequest = z.output<typeof RunRequestSchema>;

/** Throws ApiError('notFound') for a suite or model that there is not. */
export function selectModels(request: ParsedRunRequest, imported: readonly Model[] = []): Selection {
  const suite = findSuite(request.suite);
  const names = [...new Set(request.models ?? suite.models)];
  return { suite, models: names.map((name) => requireModel(name, imported)) };
}

/** A precision that was asked for is worth ten minutes. */
const precisionBudgetSeconds = 600;

export function budgetOf({ budgetSeconds, precision }: ParsedRunRequest, { suite }: Selection): number {
  if (budgetSeconds !== undefined) return budgetSeconds;
  return precision === undefined
    ? suite.budgetSeconds
    : Math.max(suite.budgetSeconds, precisionBudgetSeconds);
}

/**
 * Every model x batch x data type x plan that one of the providers can execute. A fused plan exists where the network has
 * a block that the provider fuses. Throws ApiError('badInput') where nothing is left, or where there are not so many threads.
 */
export function planCases(
  { models }: Selection,
  request: ParsedRunRequest,
  descriptions: readonly ProviderDescription[],
  usableCores: number,
): PlannedCase[] {
  const dtypes: readonly DataType[] = request.dtypes ?? ['fp32'];
  const graphs = new Map(models.map((model) => [model, model.build(model.defaultSize)]));
  const cases: PlannedCase[] = [];
  for (const description of descriptions) {
    const device = description.devices[0];
    if (device === undefined) continue;
    const threads =
      request.threads ?? Math.max(1, Math.min(device.physicalCores ?? device.threads, usableCores));
    const mostThreads = Math.min(device.threads, usableCores);
    if (threads > mostThreads) {
      throw new ApiError(
        'badInput',
        `${threads} threads were asked for, and this program may use ${mostThreads} here.`,
        `Ask for at most ${mostThreads}.`,
      );
    }
    const fusable = new Set(description.fusableBlocks);
    const kinds = (request.plans ?? description.plans).filter((kind) => description.plans.includes(kind));
    for (const [model, graph] of graphs) {
      for (const batch of request.batches ?? [1]) {
        for (const dtype of dtypes.filter((wanted) => description.dataTypes.includes(wanted))) {
          for (const kind of kinds) {
            const plan = planGraph(graph, kind, fusable);
            if (kind === 'fused' && !plan.kernels.some(({ fused }) => fused)) continue;
            cases.push({
              case: {
                model: model.name,
                imageSize: model.defaultSize,
                provider: description.provider,
                device: device.id,
                plan: kind,
                dtype,
                batch,
                threads,
                ...cacheStateOf(request),
              },
              graph,
              plan,
            });
          }
        }
      }
    }
  }
  if (cases.length === 0) throw nothingToMeasure(request.plans, dtypes, descriptions);
  return cases;
}

function nothingToMeasure(
  plans: readonly PlanKind[] | undefined,
  dtypes: readonly DataType[],
  descriptions: readonly ProviderDescription[],
): ApiError {
  const offered = [...new Set(descriptions.flatMap(({ dataTypes }) => dataTypes))];
  if (!dtypes.some((dtype) => offered.includes(dtype))) {
    return new ApiError(
      'badInput',
      `No provider here executes ${dtypes.join(' or ')}.`,
      `What there is: ${offered.join(', ')}.`,
    );
  }
  return new ApiError(
    'badInput',
    `None of these models has a ${plans?.join(' or ') ?? ''} plan here: no provider fuses a block of theirs.`,
    'Leave --plans out, or choose other models: convfirst_pico has both plans.',
  );
}
