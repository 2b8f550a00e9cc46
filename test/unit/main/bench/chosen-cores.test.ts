import { describe, expect, it } from 'vitest';
import type { CoreKind, Environment } from '../../../../core/protocol/run.ts';
import { chosenCpus, cpusOfDevice } from '../../../../main/bench/chosen-cores.ts';
import { apiErrorOf } from '../../../fixtures/api/api-error.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';

const kind = (name: string | null, cpus: string, usableThreads = 8): CoreKind => ({
  name,
  cores: 4,
  threads: 8,
  usableThreads,
  cpus,
  maximumClockHz: null,
  governor: null,
  caches: [],
});
const machine = (...kinds: CoreKind[]): Environment => ({
  ...sampleRun.environment,
  cpu: { ...sampleRun.environment.cpu, ...(kinds.length > 0 && { kinds }) },
});

const laptop = machine(kind('P-cores', '0-11'), kind('E-cores', '12-19', 0));
const board = machine(kind('Cortex-A76', '4-7'), kind('Cortex-A55', '0-3'));
const unnamed = machine(kind(null, '0-15'), kind(null, '16-31'));

describe('the cores that are chosen', () => {
  it.each([
    [undefined, laptop, undefined],
    ['P-cores', laptop, '0-11'],
    ['p', laptop, '0-11'],
    ['p-core', laptop, '0-11'],
    ['cortex-a55', board, '0-3'],
    ['16-31', unnamed, '16-31'],
    ['0,2,4-5', machine(), '0,2,4-5'],
  ])('%j are %#', (wanted, environment, cpus) => {
    expect(chosenCpus(wanted, environment)).toBe(cpus);
  });

  it.each([
    ['E-cores', laptop, /none may be used here/, /P-cores \(0-11\)/],
    ['big', board, /no kind of core called 'big'/, /Cortex-A76 \(4-7\), Cortex-A55 \(0-3\)/],
    ['P-cores', machine(), /no kind of core/, /All of its cores are alike/],
    ['0-', machine(), /no kind of core/, /such as 0-3/],
  ])('%j are refused', (wanted, environment, message, hint) => {
    expect(apiErrorOf(() => chosenCpus(wanted, environment))).toMatchObject({
      code: 'badInput',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it('are told again by the device of a figure', () => {
    expect(cpusOfDevice({ device: 'cpu:4-7' })).toBe('4-7');
    expect(cpusOfDevice({ device: 'cpu' })).toBeUndefined();
    expect(cpusOfDevice({ device: 'vulkan:0' })).toBeUndefined();
  });
});
