/** What was measured, as Markdown. */
import { medianOf } from '../../core/statistics/summary.ts';
import { type CaseResult, type ContenderResult, contenderNames } from './results.ts';

export interface NetworkResult {
  readonly name: string;
  readonly cases: readonly CaseResult[];
}

/** Our layer-by-layer kernels, which the others are held against. */
const own = contenderNames.layerwise;

/** One line a case: our median time, and the others' times as multiples of it. */
export function networkTable({ name, cases }: NetworkResult): string {
  const others = othersOf(cases);
  return [
    `| ${name} | times | Mop | ${own} µs | GOP/s | ${others.map((other) => `${other} / ${own}`).join(' | ')} |`,
    `| --- | --- | --- | --- | --- |${others.map(() => ' --- |').join('')}`,
    ...cases.map((result) => {
      const ownNs = medianNsOf(result, own);
      const cells = others.map((other) => ratioText(result, other));
      const figures = [
        result.count,
        (result.operations / 1e6).toFixed(1),
        ownNs === undefined ? (contenderOf(result, own)?.refused ?? '–') : (ownNs / 1e3).toFixed(0),
        ownNs === undefined ? '–' : (result.operations / ownNs).toFixed(1),
      ];
      return `| ${result.name} | ${[...figures, ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

/** Of each network: how many times as long as we the others take, as geometric means over what both computed. */
export function geometricMeans(networks: readonly NetworkResult[]): string {
  const others = othersOf(networks.flatMap(({ cases }) => cases));
  return [
    `| geometric mean of time over ${own} | ${others.join(' | ')} |`,
    `| --- |${others.map(() => ' --- |').join('')}`,
    ...networks.map(({ name, cases }) => {
      const cells = others.map((other) => {
        const ratios = cases.map((result) => ratioOf(result, other)).filter((ratio) => ratio !== undefined);
        return ratios.length === 0 ? '–' : `${geometricMean(ratios).toFixed(2)} (${ratios.length})`;
      });
      return `| ${name} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}

function othersOf(cases: readonly CaseResult[]): string[] {
  const names = cases.flatMap(({ contenders }) => contenders.map(({ name }) => name));
  return [...new Set(names)].filter((name) => name !== own);
}

function ratioText(result: CaseResult, name: string): string {
  const ratio = ratioOf(result, name);
  if (ratio !== undefined) return ratio.toFixed(2);
  return contenderOf(result, name)?.refused ?? '–';
}

export function ratioOf(result: CaseResult, name: string): number | undefined {
  const ownNs = medianNsOf(result, own);
  const theirNs = medianNsOf(result, name);
  return ownNs === undefined || theirNs === undefined ? undefined : theirNs / ownNs;
}

const contenderOf = ({ contenders }: CaseResult, name: string): ContenderResult | undefined =>
  contenders.find((contender) => contender.name === name);

function medianNsOf(result: CaseResult, name: string): number | undefined {
  const { samplesNs = [] } = contenderOf(result, name) ?? {};
  return samplesNs.length === 0 ? undefined : medianOf(samplesNs);
}

export const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
