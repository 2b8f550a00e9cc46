import { describe, expect, it } from 'vitest';
import { neededSpanNs, repetitionsFor } from '../../../webgpu-bench/measure/repeat.ts';
import { disagree } from '../../../webgpu-bench/measure/submit.ts';
import { quantumNs, spansOf } from '../../../webgpu-bench/measure/timestamps.ts';

describe('the quantum of timestamps', () => {
  const rounded = [1, 7, 12, 30, 31].map((step) => 123_456_789 + 65_536 * step);
  it.each([
    ['steps of 65 536 ns', rounded, 65_536],
    ['steps that begin anywhere', [5, 37, 101], 32],
    ['stamps that go back', [1000, 600, 800], 200],
  ])('is found in %s', (_what, stamps, expected) => {
    expect(quantumNs(stamps.map(BigInt))).toBe(expected);
  });

  it.each([[[]], [[7]], [[7, 7, 7]]])('is unknown from %j', (stamps: number[]) => {
    expect(quantumNs(stamps.map(BigInt))).toBeUndefined();
  });
});

it('drops and counts the passes whose end is not after their begin', () => {
  expect(spansOf([10n, 30n, 40n, 40n, 50n, 20n, 60n, 61n])).toEqual({ spansNs: [20, 1], dropped: 2 });
});

describe('the rule of repetitions', () => {
  const stamps = (quantum: number) => ({ quantumNs: quantum, source: 'timestamp' as const });

  it('makes a span of 100 steps', () => {
    expect(neededSpanNs(stamps(65_536))).toBe(6_553_600);
    expect(repetitionsFor(1e6, stamps(65_536))).toBe(7);
    expect(repetitionsFor(1e6, stamps(65_536), 0.1)).toBe(2);
  });

  it('runs long work once, and work of no time at all not for ever', () => {
    expect(repetitionsFor(40e6, stamps(1))).toBe(1);
    expect(repetitionsFor(0, stamps(1))).toBeLessThanOrEqual(10e6);
  });

  it('makes longer spans by the wall clock, which sees the submit too', () => {
    expect(repetitionsFor(1e6, { quantumNs: 5000, source: 'wall' })).toBe(50);
  });

  it('refuses a timer that would need a submit over 200 ms', () => {
    expect(() => repetitionsFor(1e6, { quantumNs: 16e6, source: 'wall' })).toThrow(RangeError);
  });
});

it.each([
  [10e6, 10e6, 1, false],
  [10e6, undefined, 1, false],
  [2.4e6, 0.01e6, 1, false],
  [4.8e6, 0.01e6, 1, true],
  [4.8e6, 0.01e6, 2, false],
  [30e6, 10e6, 1, true],
  [10e6, 30e6, 1, true],
])('tells whether wall %d and GPU %d ns disagree over %d submits: %s', (wallNs, gpuNs, submits, expected) => {
  expect(disagree({ wallNs, gpuNs, submits })).toBe(expected);
});
