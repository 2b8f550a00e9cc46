/** What the page of the comparison asks for and shows, as data. */
import { bothOf } from '../../core/format/compared.ts';
import { formatProvider } from '../../core/format/provider.ts';
import {
  type ComparedRow,
  type CompareSide,
  CompareSideSchema,
  type EnvironmentDifference,
  partFields,
} from '../../core/protocol/compare.ts';
import type { MeasurementSummary } from '../../core/protocol/run.ts';
import { compareTexts } from '../pages/compare/texts.ts';
import { sharedTexts } from '../texts/shared.ts';
import type { TableData } from './table-data.ts';

interface ComparisonChoice {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
}

/** In the address: `run~provider~plan~dtype~threads`, each part empty where it is not named, and none at the end. */
export function sideText(side: CompareSide): string {
  return [side.runId, ...partFields.map((field) => side[field] ?? '')].join('~').replace(/~+$/, '');
}

/** A plan that there is not is none, and so with the others. */
export function sideOf(text: string): CompareSide {
  const [runId = '', ...parts] = text.split('~');
  const named = partFields.flatMap((field, index): [string, unknown][] => {
    const part = parts[index] ?? '';
    const known = CompareSideSchema.shape[field].safeParse(field === 'threads' ? Number(part) : part);
    return part !== '' && known.success ? [[field, known.data]] : [];
  });
  return { runId, ...Object.fromEntries(named) };
}

/** What the address names; what it does not name is of the pair, the newest run and an earlier one with the same cases. */
export function sidesOf(
  pair: { readonly before: string; readonly after: string } | null | undefined,
  { before, after }: ComparisonChoice,
): { readonly before: CompareSide; readonly after: CompareSide } | undefined {
  const [first, second] = [before ?? pair?.before, after ?? pair?.after];
  return first === undefined || second === undefined
    ? undefined
    : { before: sideOf(first), after: sideOf(second) };
}

/** What can be held against each other within one run: its two plans, its other providers against native, and its other data types against fp32. */
export function pairsWithin(
  runId: string,
  measurements: readonly Pick<MeasurementSummary, 'provider' | 'plan' | 'dtype'>[],
): readonly { readonly name: string; readonly before: CompareSide; readonly after: CompareSide }[] {
  const plans = new Set(measurements.map(({ plan }) => plan));
  const providers = new Set(measurements.map(({ provider }) => provider));
  const types = new Set(measurements.map(({ dtype }) => dtype));
  return [
    ...(plans.size > 1
      ? [
          {
            name: compareTexts.plans,
            before: { runId, plan: 'layerwise' as const },
            after: { runId, plan: 'fused' as const },
          },
        ]
      : []),
    ...(providers.has('native')
      ? [...providers]
          .filter((provider) => provider !== 'native')
          .map((provider) => ({
            name: compareTexts.provider(formatProvider(provider)),
            before: { runId, provider: 'native' },
            after: { runId, provider },
          }))
      : []),
    ...(types.has('fp32')
      ? [...types]
          .filter((dtype) => dtype !== 'fp32')
          .map((dtype) => ({
            name: compareTexts.type(dtype),
            before: { runId, dtype: 'fp32' as const },
            after: { runId, dtype },
          }))
      : []),
  ];
}

/** Words in any order, in whatever tells a row from the others. */
export function filterCompared(rows: readonly ComparedRow[], filter: string): readonly ComparedRow[] {
  const wanted = filter.toLowerCase().split(/\s+/);
  return rows.filter((row) => {
    const text = [row.model, ...partFields.map((field) => bothOf(row, field)), row.verdict]
      .join(' ')
      .toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

export function compareTable(rows: readonly ComparedRow[]): TableData {
  const percent = (ratio: number) => 100 * (ratio - 1);
  return {
    columns: Object.values(compareTexts.columns),
    rows: rows.map((row) => [
      row.model,
      bothOf(row, 'plan'),
      bothOf(row, 'provider'),
      bothOf(row, 'dtype'),
      row.batch,
      bothOf(row, 'threads'),
      row.before.undisturbedNs.estimate / 1e6,
      row.after.undisturbedNs.estimate / 1e6,
      percent(row.effect.ratio),
      percent(row.effect.low),
      percent(row.effect.high),
      row.detectableChange === null ? null : 100 * row.detectableChange,
      row.p,
      row.verdict,
      row.reason,
    ]),
  };
}

export function differenceTable(differences: readonly EnvironmentDifference[]): TableData {
  return {
    columns: Object.values(compareTexts.differenceColumns),
    rows: differences.map(({ what, before, after }) => [
      what,
      before ?? sharedTexts.unknown,
      after ?? sharedTexts.unknown,
    ]),
  };
}
