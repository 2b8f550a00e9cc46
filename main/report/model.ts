/** What a report says, as data: one model, from which every format is written. */

import type { ComparedRow, Comparison as RunComparison } from '../../core/protocol/compare.ts';
import type { Ceilings, MeasurementSummary, RunReport } from '../../core/protocol/run.ts';
import { type GapPlot, gapPlotsOf } from './plots.ts';

export interface Report {
  readonly createdAt: string;
  /** The version of Plimsoll that wrote the report; each run names the one that measured it. */
  readonly plimsoll: string;
  readonly currency: string | null;
  /** One, or two side by side. */
  readonly sides: readonly [ReportSide] | readonly [ReportSide, ReportSide];
  /** Null for a single run. */
  readonly comparison: Comparison | null;
}

export interface ReportSide {
  /** How tables call it: `A`, `B`. */
  readonly letter: 'A' | 'B';
  readonly report: RunReport;
  /** In the report's currency; null where nobody gave one. */
  readonly price: number | null;
  readonly throughput: readonly Throughput[];
  readonly plots: readonly GapPlot[];
}

/** The best that a model reached on a device. */
export interface Throughput {
  readonly measurement: MeasurementSummary;
  readonly imagesPerSecond: { readonly median: number; readonly low: number; readonly high: number };
  /** Price of the machine for one image per second; null where no price was given. */
  readonly pricePerImagePerSecond: number | null;
  /** The device is a program that plays one. */
  readonly software: boolean;
}

export interface Comparison {
  readonly measurements: readonly JudgedPair[];
  /** What Compare says of the same two runs. */
  readonly judged: Judgement;
  readonly ceilings: readonly Pair<Ceilings>[];
  /** Measured in one run alone, or in several ways that cannot be told apart. */
  readonly unpaired: { readonly A: readonly MeasurementSummary[]; readonly B: readonly MeasurementSummary[] };
}

/** As much of what Compare says as a report repeats. */
export type Judgement = Pick<RunComparison, 'rows' | 'ceilings'>;

export interface JudgedPair extends Pair<MeasurementSummary> {
  /** Null where Compare does not hold them against each other, as with another number of threads. */
  readonly row: ComparedRow | null;
}

export interface Pair<Row> {
  readonly a: Row;
  readonly b: Row;
  /** How many times as fast as A the B is: latency of A ÷ latency of B, or the ceiling of B ÷ that of A. */
  readonly ratio: number;
}

export interface ReportInput {
  readonly createdAt: string;
  readonly plimsoll: string;
  readonly run: RunReport;
  /** With what Compare says of both. */
  readonly other?: { readonly run: RunReport; readonly judged: Judgement } | undefined;
  readonly currency?: string | undefined;
  readonly price?: number | undefined;
  readonly otherPrice?: number | undefined;
}

export function createReport(input: ReportInput): Report {
  const { createdAt, plimsoll, run, other, currency, price, otherPrice } = input;
  const a = side('A', run, price);
  const common = { createdAt, plimsoll, currency: currency ?? null };
  if (other === undefined) return { ...common, sides: [a], comparison: null };
  return { ...common, sides: [a, side('B', other.run, otherPrice)], comparison: compare(run, other) };
}

function side(letter: 'A' | 'B', report: RunReport, price: number | undefined): ReportSide {
  return {
    letter,
    report,
    price: price ?? null,
    throughput: throughputOf(report, price),
    plots: gapPlotsOf(report),
  };
}

/** One row a model, device, data type and batch: the fastest of its plans and providers. */
function throughputOf(report: RunReport, price: number | undefined): Throughput[] {
  const usable = report.measurements.filter(({ verified, trust }) => verified && trust === 'trusted');
  const groups = Map.groupBy(usable, ({ model, imageSize, device, dtype, batch }) =>
    JSON.stringify([model, imageSize, device, dtype, batch]),
  );
  return [...groups.values()].flatMap((group) => {
    // What beats a bound is doubtful, and must not be preferred for it.
    const sound = group.filter(
      ({ undisturbedNs, waterlineLatencyNs }) => undisturbedNs.estimate >= waterlineLatencyNs,
    );
    const [best] = (sound.length > 0 ? sound : group).toSorted(
      (x, y) => x.latencyNs.median - y.latencyNs.median,
    );
    if (best === undefined) return [];
    const { batch, latencyNs } = best;
    const median = imagesPerSecond(batch, latencyNs.median);
    const software = isSoftware(report, best);
    return [
      {
        measurement: best,
        imagesPerSecond: {
          median,
          low: imagesPerSecond(batch, latencyNs.high),
          high: imagesPerSecond(batch, latencyNs.low),
        },
        // The price is that of hardware.
        pricePerImagePerSecond: price === undefined || software ? null : price / median,
        software,
      },
    ];
  });
}

export function imagesPerSecond(batch: number, latencyNs: number): number {
  return (batch * 1e9) / latencyNs;
}

/** Whether a device is a program that plays one, such as SwiftShader. */
export function isSoftware(
  { providers }: Pick<RunReport, 'providers'>,
  { provider, device }: { readonly provider: string; readonly device: string },
): boolean {
  return providers.some(
    ({ description }) =>
      description.provider === provider &&
      description.devices.some(({ id, software }) => id === device && software),
  );
}

function compare(a: RunReport, { run: b, judged }: NonNullable<ReportInput['other']>): Comparison {
  const rows = new Map(
    judged.rows.map((row) => [`${row.before.measurementId} ${row.after.measurementId}`, row] as const),
  );
  const measurements = pairUp(
    a.measurements,
    b.measurements,
    ({ model, imageSize, provider, device, plan, dtype, batch, threads }) =>
      JSON.stringify([model, imageSize, provider, device, plan, dtype, batch, threads]),
    ({ model, imageSize, provider, plan, dtype, batch }) =>
      JSON.stringify([model, imageSize, provider, plan, dtype, batch]),
    (left, right) => left.latencyNs.median / right.latencyNs.median,
  ).map((pair): JudgedPair => ({ ...pair, row: rows.get(`${pair.a.id} ${pair.b.id}`) ?? null }));
  const ceilings = pairUp(
    a.ceilings,
    b.ceilings,
    ({ provider, device, dtype, threads }) => JSON.stringify([provider, device, dtype, threads]),
    ({ provider, dtype }) => JSON.stringify([provider, dtype]),
    (left, right) => right.peakOperationsPerSecond / left.peakOperationsPerSecond,
  );
  const paired = new Set(measurements.flatMap((pair) => [pair.a, pair.b]));
  return {
    measurements,
    judged,
    ceilings,
    unpaired: {
      A: a.measurements.filter((row) => !paired.has(row)),
      B: b.measurements.filter((row) => !paired.has(row)),
    },
  };
}

/**
 * What was measured alike in both. Another machine has other devices and another number of cores, so that what is left is
 * paired without them, where there is no more than one such row on each side.
 */
function pairUp<Row extends object>(
  a: readonly Row[],
  b: readonly Row[],
  exact: (row: Row) => string,
  loose: (row: Row) => string,
  ratio: (a: Row, b: Row) => number,
): Pair<Row>[] {
  const partners = new Map<Row, Row>();
  for (const key of [exact, loose]) {
    const used = new Set(partners.values());
    const left = Map.groupBy(
      a.filter((row) => !partners.has(row)),
      key,
    );
    const right = Map.groupBy(
      b.filter((row) => !used.has(row)),
      key,
    );
    for (const [name, [row, ...more]] of left) {
      const [partner, ...others] = right.get(name) ?? [];
      if (row === undefined || partner === undefined || more.length > 0 || others.length > 0) continue;
      partners.set(row, partner);
    }
  }
  return a.flatMap((row) => {
    const partner = partners.get(row);
    return partner === undefined ? [] : [{ a: row, b: partner, ratio: ratio(row, partner) }];
  });
}
