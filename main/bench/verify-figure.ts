/** Measuring one figure again: just its case, if this program can execute it here. */
import { planGraph } from '../../core/graph/plan.ts';
import type { Model } from '../../core/models/zoo.ts';
import { ApiError } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Case } from '../../core/protocol/run.ts';
import type { PlannedCase } from './cases.ts';
import { requireModel } from './suites.ts';

/** Throws ApiError('badInput') with what is in the way; it is exactly this case or none. */
export function planAgain(
  wanted: Case,
  description: ProviderDescription,
  usableCores: number,
  imported: readonly Model[] = [],
): PlannedCase {
  const { model, imageSize, provider, device: deviceId, plan: kind, dtype, threads } = wanted;
  const impossible = (why: string) =>
    new ApiError(
      'badInput',
      `It cannot be measured again here: ${why}.`,
      'Compare runs instead: plimsoll compare',
    );
  const device = description.devices.find(({ id }) => id === deviceId);
  if (device === undefined) throw impossible(`${provider} has no device ${deviceId} here`);
  const [first] = description.devices;
  if (first !== device) throw impossible(`${provider} now executes on ${first?.name}, not on ${device.name}`);
  if (!description.dataTypes.includes(dtype)) throw impossible(`${provider} does not execute ${dtype} here`);
  if (!description.plans.includes(kind)) throw impossible(`${provider} has no ${kind} plan here`);
  const most = Math.min(device.threads, usableCores);
  if (threads > most) throw impossible(`it takes ${threads} threads, and this program may use ${most}`);
  const found = requireModel(model, imported);
  if (found.source !== undefined && found.defaultSize !== imageSize) {
    throw impossible(`${model} is now imported for images of ${found.defaultSize} pixels`);
  }
  const graph = found.build(imageSize);
  const plan = planGraph(graph, kind, new Set(description.fusableBlocks));
  if (kind === 'fused' && !plan.kernels.some(({ fused }) => fused)) {
    throw impossible(`${provider} fuses no block of ${model}`);
  }
  return { case: wanted, graph, plan };
}
