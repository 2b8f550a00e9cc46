/** What the page of the comparison asks for and shows, as data. */
import type {
  ComparedParts,
  ComparedRow,
  CompareSide,
  EnvironmentDifference,
} from '../../core/protocol/compare.ts';
import { texts } from '../texts.ts';
import type { TableData } from './table-data.ts';

interface ComparisonChoice {
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  readonly within?: string | undefined;
}

/**
 * Of run ids, newest first: the newest and the one before it where nothing is chosen, as `plimsoll compare` does. Undefined where
 * there is nothing to compare with.
 */
export function sidesOf(
  runIds: readonly string[],
  { before, after, within }: ComparisonChoice,
): { readonly before: CompareSide; readonly after: CompareSide } | undefined {
  const second = after ?? runIds[0];
  if (second === undefined) return undefined;
  if (within === 'plans') {
    return { before: { runId: second, plan: 'layerwise' }, after: { runId: second, plan: 'fused' } };
  }
  if (within !== undefined) {
    return { before: { runId: second, provider: 'native' }, after: { runId: second, provider: within } };
  }
  // The oldest run has none before it; then the next newer one is held against it.
  const at = runIds.indexOf(second);
  const first = before ?? runIds[at + 1] ?? runIds[at - 1];
  return first === undefined ? undefined : { before: { runId: first }, after: { runId: second } };
}

/** `layerwise`, or `layerwise → fused` where that is what is compared. */
export function bothOf(row: ComparedRow, key: 'provider' | 'plan'): string {
  return row.before[key] === row.after[key] ? row.before[key] : `${row.before[key]} → ${row.after[key]}`;
}

export function compareTable(rows: readonly ComparedRow[]): TableData {
  const percent = (ratio: number) => 100 * (ratio - 1);
  return {
    columns: Object.values(texts.compare.columns),
    rows: rows.map((row) => [
      row.model,
      bothOf(row, 'plan'),
      bothOf(row, 'provider'),
      row.dtype,
      row.batch,
      row.threads,
      row.before.latencyNs.median / 1e6,
      row.after.latencyNs.median / 1e6,
      percent(row.effect.ratio),
      percent(row.effect.low),
      percent(row.effect.high),
      100 * row.floor.believedChange,
      row.p,
      row.verdict,
      row.reason,
    ]),
  };
}

export function blockTable(blocks: ComparedParts['blocks']): TableData {
  return {
    columns: Object.values(texts.compare.blockColumns),
    rows: blocks.map(({ name, beforeNs, afterNs, ratio }) => [
      name,
      beforeNs / 1e3,
      afterNs / 1e3,
      100 * (ratio - 1),
    ]),
  };
}

export function differenceTable(differences: readonly EnvironmentDifference[]): TableData {
  return {
    columns: Object.values(texts.compare.differenceColumns),
    rows: differences.map(({ what, before, after }) => [
      what,
      before ?? texts.unknown,
      after ?? texts.unknown,
    ]),
  };
}
