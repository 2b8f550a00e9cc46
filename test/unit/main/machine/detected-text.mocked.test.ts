/** What `plimsoll detect` says of machines of many kinds: to be read aloud. */
import { expect, it, vi } from 'vitest';
import { machineFacts } from '../../../../core/format/machine.ts';
import { EnvironmentSchema } from '../../../../core/protocol/run.ts';
import { detectMachine } from '../../../../main/machine/detect.ts';
import { describedMachines, programsOf } from '../../../fixtures/machines/described-machines.ts';
import { filesOf } from '../../../fixtures/machines/machine-files.ts';

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  cpus: () => [],
  availableParallelism: () => 1024,
  totalmem: () => 16e9,
  freemem: () => 9e9,
  release: () => '6.1.0',
  hostname: () => 'bench',
}));

/** Of this program and the machine that runs the test. */
const ownFacts = ['software'];

it.each(Object.entries(describedMachines))('of %s', async (name, machine) => {
  const environment = await detectMachine(filesOf(machine.files), programsOf(machine), 'linux');
  expect(EnvironmentSchema.parse(environment)).toEqual(environment);
  const text = machineFacts(environment)
    .filter(([fact]) => !ownFacts.includes(fact))
    .map(([fact, value]) => `${fact.padEnd(17)} ${value.replace(`, ${process.arch}`, '')}`)
    .join('\n');
  await expect(`${text}\n`).toMatchFileSnapshot(`./detected/${name.replaceAll(/[^\w]+/g, '-')}.txt`);
});
