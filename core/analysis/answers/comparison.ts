/** The sentences that a comparison begins with, on the page, on the command line and in reports: what is known first, then what would settle the rest. */

import { formatBytesPerSecond, formatOperationsPerSecond } from '../../format/units.ts';
import type { ComparedRow, Comparison, Verdict } from '../../protocol/compare.ts';
import { counted, percent, percentRange } from './wording.ts';

export interface ComparisonAnswer {
  /** `NO CHANGE SHOWN`, `2 OF 10 WORSE`. */
  readonly headline: string;
  /** All of them, in order: findings, ceilings, next steps. */
  readonly sentences: readonly string[];
  /** What the runs show, and what they exclude. */
  readonly findings: readonly string[];
  /** Ceilings that moved; null if none did. */
  readonly ceilings: { readonly headline: string; readonly sentence: string } | null;
  /** What would settle the rest. */
  readonly next: readonly string[];
}

export function comparisonAnswer({
  rows,
  ceilings,
}: Pick<Comparison, 'rows' | 'ceilings'>): ComparisonAnswer {
  const moved = ceilingAnswer(ceilings);
  if (rows.length === 0) {
    const nothing = ['These runs have no measurement in common.'];
    return {
      headline: 'NOTHING TO COMPARE',
      sentences: nothing,
      findings: nothing,
      ceilings: moved,
      next: [],
    };
  }
  const findings = [
    ...changes(rows, 'WORSE'),
    ...changes(rows, 'BETTER'),
    ...same(rows),
    ...excluded(rows),
    ...resolution(rows),
    ...leaning(rows),
    ...disturbed(rows),
  ];
  const next = nextSteps(rows);
  const ofCeilings = moved === null ? [] : [`${moved.headline}: ${moved.sentence}`];
  return {
    headline: headlineOf(rows),
    sentences: [...findings, ...ofCeilings, ...next],
    findings,
    ceilings: moved,
    next,
  };
}

function headlineOf(rows: readonly ComparedRow[]): string {
  const of = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  const told = (['WORSE', 'BETTER'] as const).filter((verdict) => of(verdict) > 0);
  if (told.length > 0) return told.map((verdict) => `${of(verdict)} OF ${rows.length} ${verdict}`).join(', ');
  return of('SAME') === rows.length ? 'NO CHANGE' : 'NO CHANGE SHOWN';
}

function changes(rows: readonly ComparedRow[], verdict: 'WORSE' | 'BETTER'): string[] {
  const found = rows.filter((row) => row.verdict === verdict);
  if (found.length === 0) return [];
  const sizes = found.map(({ effect }) => Math.abs(effect.ratio - 1));
  const [furthest] = found.toSorted(
    (a, b) => Math.abs(Math.log(b.effect.ratio)) - Math.abs(Math.log(a.effect.ratio)),
  );
  const what = verdict === 'WORSE' ? 'slower' : 'faster';
  const most = furthest === undefined || found.length === 1 ? '' : `; most of all ${nameOf(furthest)}`;
  const whose = found.length === 1 && furthest !== undefined ? nameOf(furthest) : results(found.length);
  return [`${whose} ${found.length === 1 ? 'is' : 'are'} ${percentRange(sizes)} ${what}${most}.`];
}

function same(rows: readonly ComparedRow[]): string[] {
  const found = rows.filter(({ verdict }) => verdict === 'SAME');
  if (found.length === 0) return [];
  const farthest = Math.max(...found.map(({ effect }) => Math.max(effect.high, 1 / effect.low) - 1));
  const which =
    found.length === rows.length
      ? rows.length === 1
        ? 'It is'
        : `All ${rows.length} are`
      : `${found.length} of ${rows.length} ${found.length === 1 ? 'is' : 'are'}`;
  return [`${which} the same within ${percent(farthest)}.`];
}

/** Of rows without a change: no more than their intervals allow. */
function excluded(rows: readonly ComparedRow[]): string[] {
  const open = rows.filter(
    ({ verdict, detectableChange }) => verdict === 'UNCLEAR' && detectableChange !== null,
  );
  if (open.length === 0) return [];
  const slower = Math.max(0, ...open.map(({ effect }) => effect.high - 1));
  const where = open.length === rows.length ? '' : `In ${open.length} of ${rows.length}, `;
  const what = `a slowdown above ${percent(slower)} is excluded.`;
  return [where === '' ? `A${what.slice(1)}` : where + what];
}

function resolution(rows: readonly ComparedRow[]): string[] {
  const known = rows.flatMap(({ detectableChange, verdict }) =>
    detectableChange === null || verdict === 'BETTER' || verdict === 'WORSE' ? [] : [detectableChange],
  );
  return known.length === 0 ? [] : [`These runs would have shown a change of ${percentRange(known)}.`];
}

function leaning(rows: readonly ComparedRow[]): string[] {
  const open = rows.filter(({ verdict }) => verdict === 'SAME' || verdict === 'UNCLEAR');
  if (open.length < 3 || open.length < rows.length) return [];
  const mean = Math.exp(rows.reduce((sum, { effect }) => sum + Math.log(effect.ratio), 0) / rows.length);
  const faster = rows.filter(({ effect }) => effect.ratio < 1).length;
  const change = `${mean < 1 ? '−' : '+'}${percent(Math.abs(mean - 1))}`;
  return [`Geometric mean ${change} (no verdict): ${faster} lean faster, ${rows.length - faster} slower.`];
}

/** What users wait for changed, though the machine can do the same. */
function disturbed(rows: readonly ComparedRow[]): string[] {
  const more = rows.filter(({ verdict, disturbance }) => verdict === 'SAME' && disturbance === 'more').length;
  const less = rows.filter(({ verdict, disturbance }) => verdict === 'SAME' && disturbance === 'less').length;
  return [
    ...(more === 0 ? [] : [`${results(more)} no slower when left alone, but more disturbed.`]),
    ...(less === 0 ? [] : [`${results(less)} no faster when left alone, but less disturbed.`]),
  ];
}

/** `MEMORY CHANGED` and what of it, level by level: efficiencies and waterlines rest on ceilings. */
function ceilingAnswer(ceilings: Comparison['ceilings']): ComparisonAnswer['ceilings'] {
  const [first] = ceilings;
  if (first === undefined) return null;
  const isMemory = ceilings.every(({ level }) => level !== null);
  const isCompute = ceilings.every(({ level }) => level === null);
  const what = isMemory ? 'MEMORY' : isCompute ? 'COMPUTE' : 'MEMORY AND COMPUTE';
  const rests = isMemory ? 'waterlines' : 'efficiencies and waterlines';
  return {
    headline: `${what} CHANGED`,
    sentence: `${ceilings.map((ceiling) => `${ceiling.what} ${moved(ceiling)}`).join('; ')}. Measure again before you trust ${rests}.`,
  };
}

function moved({ level, before, after, ratio }: Comparison['ceilings'][number]): string {
  const show = level === null ? formatOperationsPerSecond : formatBytesPerSecond;
  const change = `${ratio < 1 ? '−' : '+'}${percent(Math.abs(ratio - 1))}`;
  return `${show(before)} → ${show(after)} (${change})`;
}

function nextSteps(rows: readonly ComparedRow[]): string[] {
  const open = rows.flatMap(({ settling }) => settling ?? []);
  const byRounds = open.filter(({ rounds }) => rounds !== null);
  const seconds = byRounds.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  const most = Math.max(...byRounds.map(({ rounds }) => rounds ?? 0));
  const actions = Map.groupBy(
    open.flatMap(({ action }) => action ?? []),
    (action) => action,
  );
  return [
    ...(byRounds.length === 0
      ? []
      : [
          `To settle ${results(byRounds.length)}: up to ${most} rounds on each side${seconds > 0 ? `, about ${duration(seconds)} more` : ''}.`,
        ]),
    ...[...actions].map(([action, same]) => `To settle ${results(same.length)}: ${lowerFirst(action)}`),
  ];
}

function nameOf({ model, before, after }: ComparedRow): string {
  return `${model} ${before.plan === after.plan ? before.plan : `${before.plan} → ${after.plan}`}`;
}

function results(count: number): string {
  return counted(count, 'result');
}

function duration(seconds: number): string {
  return seconds < 90
    ? `${Math.max(10, Math.round(seconds / 10) * 10)} s`
    : `${Math.round(seconds / 60)} min`;
}

function lowerFirst(sentence: string): string {
  return sentence.slice(0, 1).toLowerCase() + sentence.slice(1);
}
