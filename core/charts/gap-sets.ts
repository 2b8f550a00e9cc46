/** What the efficiency-gap plot can lay over one another: parts of runs that were measured alike, and what others have published. */
import { ceilingsOf } from '../analysis/find-ceilings.ts';
import { formatProvider } from '../format/provider.ts';
import { publishedAccuracy } from '../models/accuracy.ts';
import { paperMachine, paperResults, paperSource } from '../models/paper-results.ts';
import { type PublishedGpu, publishedGpus, publishedPeakOrigin } from '../models/published-gpus.ts';
import { findModel } from '../models/zoo.ts';
import type { MeasurementSummary, RunReport } from '../protocol/run.ts';
import { type GapPoint, measuredPoint } from './gap-point.ts';

/** So many can still be told apart, by colours and by dashes. */
export const maximumSets = 6;

interface CommonSet {
  /** In the address. */
  readonly key: string;
  readonly dtype: string;
  readonly peakOperationsPerSecond: number;
  readonly points: readonly SetPoint[];
}

export interface SetPoint extends GapPoint {
  /** Images that the latencies are of. */
  readonly batch: number;
}

/** One condition and plan of one run. */
export interface MeasuredSet
  extends CommonSet,
    Pick<MeasurementSummary, 'provider' | 'device' | 'batch' | 'threads' | 'plan' | 'cacheState'> {
  readonly origin: 'measured';
  readonly runId: string;
  readonly startedAt: string;
  readonly machineId: string;
  readonly machineName: string;
  /** Whether the device is a program that plays one. */
  readonly software: boolean;
  /** Of the graphics device; null for a processor. */
  readonly driver: string | null;
  /** Models without a published accuracy at their size. */
  readonly notPlotted: readonly string[];
}

export interface PublishedSet extends CommonSet {
  readonly origin: 'published';
  readonly name: string;
  readonly source: string;
}

export type GapSet = MeasuredSet | PublishedSet;

const keyFields = ['provider', 'device', 'dtype', 'batch', 'threads', 'plan', 'cacheState'] as const;

/** Layerwise before fused, else in the order of measuring. */
export function setsOfRun(report: RunReport): MeasuredSet[] {
  const { run, providers, measurements } = report;
  const groups = Map.groupBy(measurements, (row) =>
    [run.id, ...keyFields.map((field) => row[field] ?? '')].join('~'),
  );
  const sets = [...groups].flatMap(([key, rows]): MeasuredSet[] => {
    const [first] = rows;
    const peak = first && ceilingsOf(report, first);
    if (first === undefined || peak === undefined) return [];
    const { provider, device, dtype, batch, threads, plan, cacheState } = first;
    const described = providers
      .filter(({ description }) => description.provider === provider)
      .flatMap(({ description }) => description.devices)
      .find(({ id }) => id === device);
    return [
      {
        origin: 'measured',
        key,
        runId: run.id,
        startedAt: run.startedAt,
        machineId: run.machineId,
        machineName: run.machineName,
        ...{ provider, device, dtype, batch, threads, plan, cacheState },
        software: described?.software ?? false,
        driver: described?.driver ?? null,
        peakOperationsPerSecond: peak.peakOperationsPerSecond,
        points: rows.flatMap((row) =>
          row.top1 === null ? [] : [{ ...measuredPoint(row, row.top1), batch }],
        ),
        notPlotted: rows.flatMap(({ model, top1 }) => (top1 === null ? [model] : [])),
      },
    ];
  });
  return sets.toSorted((a, b) =>
    isSameCondition(a, b) ? Number(a.plan === 'fused') - Number(b.plan === 'fused') : 0,
  );
}

/** Latencies that differ in nothing but the plan. */
export function isSameCondition(a: GapSet, b: GapSet): boolean {
  if (a.origin === 'published' || b.origin === 'published') return a.key === b.key;
  return a.runId === b.runId && measuredAlike(a, b);
}

function measuredAlike(a: MeasuredSet, b: MeasuredSet): boolean {
  return keyFields.every((field) => field === 'plan' || a[field] === b[field]);
}

// ------------------------------------------------------------------------------------------------------------ published

/** The paper's own table first. */
export const publishedSets: readonly PublishedSet[] = [paperSet(), ...publishedGpus.map(gpuSet)];

function paperSet(): PublishedSet {
  const { name, dataType, batch, peakOperationsPerSecond } = paperMachine;
  return {
    origin: 'published',
    key: 'paper',
    name: `${name} (the paper)`,
    source: paperSource,
    dtype: dataType,
    peakOperationsPerSecond,
    points: paperResults.map((result): SetPoint => {
      const gigaMacs = result.macsBillionsFromFigure ?? result.macsBillions;
      return {
        ...publishedPoint(`paper/${result.model}`, result.model, result.family, result.top1),
        gigaMacs,
        batch,
        idealMs: (gigaMacs * 2e12 * batch) / peakOperationsPerSecond,
        latencyMs: result.latencyMs,
        undisturbedMs: result.latencyMs,
        efficiency: result.percentOfPeak / 100,
      };
    }),
  };
}

function gpuSet({
  name,
  dataType,
  software,
  source,
  peakSource,
  peakOperationsPerSecond,
  results,
}: PublishedGpu): PublishedSet {
  return {
    origin: 'published',
    key: name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase(),
    name: `${name.replace('NVIDIA GeForce ', '')} (${software})`,
    source: `${source}. Peak: ${publishedPeakOrigin} (${peakSource}).`,
    dtype: dataType,
    peakOperationsPerSecond,
    points: results.flatMap(({ model, imageSize, macs, batch, imagesPerSecond }): SetPoint[] => {
      const family = findModel(model)?.family;
      const accuracy = publishedAccuracy(model, imageSize);
      if (family === undefined || accuracy === undefined) return [];
      const idealMs = (2e3 * macs * batch) / peakOperationsPerSecond;
      const latencyMs = (1e3 * batch) / imagesPerSecond;
      return [
        {
          ...publishedPoint(`${name}/${model}`, model, family, accuracy.top1),
          gigaMacs: macs / 1e9,
          batch,
          idealMs,
          latencyMs,
          undisturbedMs: latencyMs,
          efficiency: idealMs / latencyMs,
        },
      ];
    }),
  };
}

/** Neither bytes nor the spread of the samples are published. */
function publishedPoint(id: string, model: string, family: string, top1: number) {
  return {
    id,
    model,
    label: model,
    family,
    // Other programs have other plans; only the paper's ConvFirst is known to run block by block.
    plan: family === 'convfirst' ? 'fused' : null,
    top1,
    waterlineMs: null,
    interval: null,
    reconstruction: false,
    alarms: [],
    isMistrusted: false,
  } as const;
}

// --------------------------------------------------------------------------------------------------------------- choice

/**
 * Those that the address names, as many as can be told apart. A run's id alone stands for what of it is most like the first run's:
 * so is each run's where the address names nothing.
 */
export function chooseSets(
  runs: readonly (readonly MeasuredSet[])[],
  address: string | undefined,
): readonly GapSet[] {
  const names = address?.split('|') ?? runs.flatMap((sets) => sets[0]?.runId ?? []);
  const known = new Map<string, GapSet>([...runs.flat(), ...publishedSets].map((set) => [set.key, set]));
  const chosen = names.flatMap((name): readonly GapSet[] => {
    const set = known.get(name);
    if (set !== undefined) return [set];
    const ofRun = runs.find(([first]) => first?.runId === name) ?? [];
    const [model] = runs[0] ?? [];
    const wanted =
      ofRun.find((candidate) => model !== undefined && measuredAlike(candidate, model)) ?? ofRun[0];
    return wanted === undefined ? [] : ofRun.filter((candidate) => isSameCondition(candidate, wanted));
  });
  return [...new Set(chosen)].slice(0, maximumSets);
}

/** The plan of each, and what is not the same in all of them; beside published figures, the machine. */
export function setNames(sets: readonly GapSet[], formatTime: (iso: string) => string): string[] {
  const measured = sets.filter((set) => set.origin === 'measured');
  const varies = (field: keyof MeasuredSet) => new Set(measured.map((set) => set[field])).size > 1;
  return sets.map((set) => {
    if (set.origin === 'published') return `${set.name}, ${set.dtype}`;
    return [
      ...(varies('machineId') || measured.length < sets.length ? [set.machineName] : []),
      ...(varies('runId') ? [formatTime(set.startedAt)] : []),
      ...(varies('provider') ? [formatProvider(set.provider)] : []),
      ...(varies('device') ? [set.device] : []),
      ...(varies('driver') && set.driver !== null ? [set.driver] : []),
      ...(varies('dtype') ? [set.dtype] : []),
      ...(varies('batch') ? [`batch ${set.batch}`] : []),
      ...(varies('threads') ? [`${set.threads} ${set.threads === 1 ? 'thread' : 'threads'}`] : []),
      ...(varies('cacheState') ? [set.cacheState ?? 'in-network'] : []),
      set.plan,
      ...(set.software ? ['software adapter'] : []),
    ].join(' · ');
  });
}
