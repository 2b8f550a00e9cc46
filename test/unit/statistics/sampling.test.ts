/** When a warm-up and a round end; native-bench/test/measure_test.cpp holds the native program to the same vectors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { medianNoise, StoppingRule, stopReasons } from '../../../core/statistics/stopping.ts';
import { medianInterval } from '../../../core/statistics/summary.ts';
import { WarmUp } from '../../../core/statistics/warm-up.ts';

const passes = { baseNs: z.number(), pattern: z.array(z.number()), start: z.number(), decay: z.number() };
const VectorsSchema = z.object({
  stopping: z.array(
    z.object({
      name: z.string(),
      settings: z.object({
        minSeconds: z.number(),
        minSamples: z.number(),
        maxSeconds: z.number(),
        noiseTarget: z.number().optional(),
      }),
      ...passes,
      reason: z.enum(stopReasons),
      samples: z.number(),
    }),
  ),
  warmUp: z.array(
    z.object({
      name: z.string(),
      settings: z.object({ minSeconds: z.number(), maxSeconds: z.number() }),
      ...passes,
      passes: z.number(),
      warm: z.boolean(),
    }),
  ),
});
const vectors = VectorsSchema.parse(
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/statistics/sampling-vectors.json'), 'utf8'),
  ),
);

interface Passes {
  readonly baseNs: number;
  readonly pattern: readonly number[];
  readonly start: number;
  readonly decay: number;
}

function passNs({ baseNs, pattern, start, decay }: Passes, index: number): number {
  return baseNs * (1 + (pattern[index % pattern.length] ?? 0) + start * decay ** index);
}

describe('the end of a round', () => {
  it.each(vectors.stopping.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const rule = new StoppingRule(vector.settings);
    let elapsedNs = 0;
    for (let index = 0; index < 10_000; index++) {
      const latencyNs = passNs(vector, index);
      elapsedNs += latencyNs;
      const reason = rule.add(latencyNs, elapsedNs / 1e9);
      if (reason === null) continue;
      expect({ reason, samples: rule.samples.length }).toEqual({
        reason: vector.reason,
        samples: vector.samples,
      });
      return;
    }
    throw new Error('it never ended');
  });

  it('takes for noise about what the interval of the median has', () => {
    for (const n of [20, 30, 100, 500]) {
      const samples = Array.from({ length: n }, (_, index) => 1000 + ((index * 7919) % n));
      const { low, median, high } = medianInterval(samples);
      expect(Math.abs(medianNoise(samples) - (high - low) / 2 / median)).toBeLessThan(0.002);
    }
  });
});

describe('the end of a warm-up', () => {
  it.each(vectors.warmUp.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    const rule = new WarmUp(vector.settings);
    let elapsedNs = 0;
    for (let index = 0; index < 10_000; index++) {
      const latencyNs = passNs(vector, index);
      elapsedNs += latencyNs;
      if (!rule.add(latencyNs, elapsedNs / 1e9)) continue;
      expect({ passes: index + 1, warm: rule.isSteady() }).toEqual({
        passes: vector.passes,
        warm: vector.warm,
      });
      return;
    }
    throw new Error('it never ended');
  });
});
