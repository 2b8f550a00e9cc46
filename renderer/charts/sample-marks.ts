import type { Account } from '../../core/protocol/account.ts';

export interface SampleMark {
  /** From 1, over all rounds. */
  readonly index: number;
  readonly ms: number;
  readonly kind: 'inside' | 'mild' | 'severe' | 'setAside';
}

/** More marks than that are slow to draw, and no clearer. */
const mostMarks = 600;

/** In order. Where there are too many, those that look like their neighbours are thinned; what lies far from the others stays. */
export function sampleMarks(
  rounds: readonly Pick<Account['rounds'][number], 'samplesNs' | 'outliers' | 'setAside'>[],
): SampleMark[] {
  const all = rounds
    .flatMap(({ samplesNs, outliers, setAside }) =>
      samplesNs.map((ns, index) => ({
        ms: ns / 1e6,
        kind: setAside.length > 0 ? ('setAside' as const) : (outliers[index] ?? 'inside'),
      })),
    )
    .map((sample, index): SampleMark => ({ index: index + 1, ...sample }));
  const step = Math.ceil(all.length / mostMarks);
  return all.filter(({ index, kind }) => kind === 'mild' || kind === 'severe' || (index - 1) % step === 0);
}
