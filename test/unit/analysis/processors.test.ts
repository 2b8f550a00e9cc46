import { describe, expect, it } from 'vitest';
import { processorReference } from '../../../core/analysis/references/processors.ts';

describe('what a processor should reach, by its name', () => {
  it.each([
    ['Intel(R) Core(TM) i9-9900K CPU @ 3.60GHz', 3.6, 5, 2],
    ['13th Gen Intel(R) Core(TM) i9-13900K', 3, 5.8, 2],
    ['Intel(R) Core(TM) Ultra 7 155H', 1.4, 4.8, 2],
    ['INTEL(R) XEON(R) PLATINUM 8480+', 2, 3.8, 8],
    ['Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz', 2.5, 3.9, 6],
    ['AMD EPYC 9654 96-Core Processor', 2.4, 3.7, 12],
    ['AMD EPYC 7713 64-Core Processor', 2, 3.675, 8],
    ['AMD Ryzen 7 7840U w/ Radeon 780M Graphics', 3.3, 5.1, 2],
    ['AMD Ryzen 7 5700G with Radeon Graphics', 3.8, 4.6, 2],
    ['AMD Ryzen Threadripper PRO 5975WX 32-Cores', 3.6, 4.5, 8],
    ['AMD RYZEN AI MAX+ 395 w/ Radeon 8060S', 3, 5.1, 4],
  ])('knows %s', (model, base, boost, channels) => {
    expect(processorReference(model)).toMatchObject({
      baseClockHz: base * 1e9,
      boostClockHz: boost * 1e9,
      memoryChannels: channels,
    });
    expect(processorReference(model)?.source).toMatch(/^(?:Intel|AMD)/);
  });

  it('takes a base clock that is part of the name, and nothing else', () => {
    expect(processorReference('Intel(R) Xeon(R) CPU @ 2.20GHz')).toMatchObject({
      baseClockHz: 2.2e9,
      boostClockHz: null,
      memoryChannels: null,
    });
  });

  it('knows the bandwidth of Apple’s chips, and no clock', () => {
    expect(processorReference('Apple M2 Pro')).toMatchObject({
      baseClockHz: null,
      memoryBytesPerSecond: 200e9,
    });
  });

  it.each(['AMD EPYC', 'unknown', '', 'QEMU Virtual CPU version 2.5+', 'Arm Neoverse-N1'])(
    'is null of %s: unknown, not as expected',
    (model) => {
      expect(processorReference(model)).toBeNull();
    },
  );
});
