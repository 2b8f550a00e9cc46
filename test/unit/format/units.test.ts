import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatSeconds,
} from '../../../core/format/units.ts';

describe('units', () => {
  it.each([
    [0.5, '0.50 ns'],
    [999, '999 ns'],
    [1234, '1.23 µs'],
    [45_678_000, '45.7 ms'],
    [99_960_000, '100 ms'],
    [2.5e9, '2.50 s'],
  ])('%d ns is %s', (ns, text) => expect(formatNs(ns)).toBe(text));

  it('keeps an interval in the unit of its median', () => {
    expect(formatInterval({ median: 999e3, low: 950e3, high: 1.05e6 })).toBe('999 [950–1050] µs');
  });

  it('chooses units by size', () => {
    expect(formatOperationsPerSecond(153.2e9)).toBe('153 GFLOP/s');
    expect(formatOperationsPerSecond(76.68e12)).toBe('76.7 TFLOP/s');
    expect(formatBytes(1536)).toBe('1.50 KiB');
    expect(formatCount(4_089_184_256)).toBe('4.09 G');
    expect(formatSeconds(65)).toBe('1 min 05 s');
  });
});
