/** When a round has been timed for long enough. native-bench/src/measure/stopping.cpp is the same rule, on the same test vectors. */

export interface StoppingSettings {
  readonly minSeconds: number;
  readonly minSamples: number;
  /** No longer, whatever the noise. */
  readonly maxSeconds: number;
  /** Of `medianNoise`; without one a round ends where both least figures are reached. */
  readonly noiseTarget?: number | undefined;
}

/**
 * enough: the least figures, without a target. quiet: the noise is no more than the target. steady: it no longer falls, and more of
 * the same would tell nothing new. time: there was no more.
 */
export const stopReasons = ['enough', 'quiet', 'steady', 'time'] as const;
export type StopReason = (typeof stopReasons)[number];

/** Looking sorts: not after every sample. */
const lookEvery = 1.25;
/** Of independent samples twice as many have 0.71 times the noise. */
const stillFalling = 0.9;

/** Half of the 95% interval of the median, over the median; the interval by the normal approximation of its ranks. */
export function medianNoise(samples: readonly number[]): number {
  const sorted = Float64Array.from(samples).sort();
  const n = sorted.length;
  const low = Math.max(0, Math.floor(n / 2 - 0.98 * Math.sqrt(n)));
  const at = (index: number) => sorted[index] ?? Number.NaN;
  return (at(n - 1 - low) - at(low)) / 2 / at(n >> 1);
}

export class StoppingRule {
  readonly samples: number[] = [];
  private readonly settings: StoppingSettings;
  private readonly looks: { readonly samples: number; readonly noise: number }[] = [];

  constructor(settings: StoppingSettings) {
    this.settings = settings;
  }

  /** Of one more sample, and the seconds since the first began: why to stop, or null. */
  add(latencyNs: number, elapsedSeconds: number): StopReason | null {
    const { minSeconds, minSamples, maxSeconds, noiseTarget } = this.settings;
    this.samples.push(latencyNs);
    const count = this.samples.length;
    const enough = elapsedSeconds >= minSeconds && count >= minSamples;
    if (enough && noiseTarget === undefined) return 'enough';
    const last = this.looks.at(-1);
    const isDue =
      last === undefined ? count >= Math.floor(minSamples / 2) : count >= lookEvery * last.samples;
    if (noiseTarget !== undefined && isDue && count > 1) {
      const reason = this.look(noiseTarget);
      if (enough && reason !== null) return reason;
    }
    return elapsedSeconds >= maxSeconds ? 'time' : null;
  }

  private look(noiseTarget: number): StopReason | null {
    const count = this.samples.length;
    const noise = medianNoise(this.samples);
    const half = this.looks.findLast(({ samples }) => 2 * samples <= count);
    this.looks.push({ samples: count, noise });
    if (noise <= noiseTarget) return 'quiet';
    return half !== undefined && noise > stillFalling * half.noise ? 'steady' : null;
  }
}
