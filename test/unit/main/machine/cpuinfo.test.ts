import { describe, expect, it } from 'vitest';
import { instructionSetsOf, parseCpuInfo, parseFlags } from '../../../../main/machine/cpuinfo.ts';
import { machineFiles } from '../../../fixtures/machines/machine-files.ts';

async function cpuOf(machine: string) {
  return parseCpuInfo((await machineFiles(machine).read('/proc/cpuinfo')) ?? '');
}

describe('the processor', () => {
  it('is the first one of an Intel machine', async () => {
    const { flags, ...told } = await cpuOf('hybrid-laptop');
    expect(told).toEqual({
      vendor: 'GenuineIntel',
      modelName: '13th Gen Intel(R) Core(TM) i7-13700H',
      family: '6',
      model: '186',
      stepping: '2',
      microcode: '0x4121',
    });
    expect(flags).toContain('avx_vnni');
  });

  it('has numbers in place of a name on Arm', async () => {
    const { flags, ...told } = await cpuOf('arm-board');
    expect(told).toEqual({
      vendor: '0x41',
      modelName: null,
      family: '8',
      model: '0xd0b',
      stepping: '1',
      microcode: null,
    });
    expect(flags).toContain('asimddp');
  });

  it('keeps its microcode from a guest', async () => {
    expect(await cpuOf('cloud-guest')).toMatchObject({ modelName: 'AMD EPYC 7B13', microcode: null });
  });

  it('may have a name with a colon in it', () => {
    expect(parseCpuInfo('model name\t: Prototype: B0').modelName).toBe('Prototype: B0');
  });

  it.each(['nowhere', 'garbage'])('is unknown on the machine %s', async (machine) => {
    expect(await cpuOf(machine)).toEqual({
      vendor: null,
      modelName: null,
      family: null,
      model: null,
      stepping: null,
      microcode: null,
      flags: new Set(),
    });
  });
});

describe('flags', () => {
  it('are told apart by blanks, whatever their case', () => {
    expect(parseFlags('  SSE4_2\tavx \n')).toEqual(new Set(['sse4_2', 'avx']));
  });

  it('of nothing are none', () => {
    expect(parseFlags('')).toEqual(new Set());
  });
});

describe('instruction sets', () => {
  it.each([
    ['hybrid-laptop', ['sse4.2', 'avx', 'f16c', 'fma', 'avx2', 'avx-vnni']],
    ['cloud-guest', ['sse4.2', 'avx', 'f16c', 'fma', 'avx2']],
    ['arm-board', ['neon', 'dotprod']],
    ['nowhere', []],
  ])('of %s are %j', async (machine, names) => {
    expect(instructionSetsOf((await cpuOf(machine)).flags)).toEqual(names);
  });

  it('go from the narrowest to the widest', () => {
    expect(instructionSetsOf(parseFlags('amx_bf16 avx512f avx2 sse4_2'))).toEqual([
      'sse4.2',
      'avx2',
      'avx512f',
      'amx-bf16',
    ]);
  });
});
