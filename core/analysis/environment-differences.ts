/** What differs between the surroundings of two runs: the candidate causes of a difference in their figures. */
import { formatQuota } from '../format/machine.ts';
import type { EnvironmentDifference } from '../protocol/compare.ts';
import type { DeviceCalibration, Environment } from '../protocol/run.ts';

/** `provider`: the only one that it concerns. Null: not known, or not there. */
type Fact = readonly [what: string, value: string | null, provider?: string];
export type Surroundings = readonly Fact[];

/**
 * In the order in which they are likely to matter. What changes by itself from minute to minute is left out, and so is the machine: which one
 * it is shown as is not for a run to say.
 */
export function surroundingsOf(
  environment: Environment,
  providers: readonly DeviceCalibration[],
): Surroundings {
  const { machine, cpu, memory, limits, gpus, system, firmware, virtualization, power, software } =
    environment;
  return [
    ['CPU', cpu.model],
    ['usable cores', String(cpu.usableCores)],
    ...(limits?.cpus == null ? [] : [['CPU quota', formatQuota(limits.cpus)] as const]),
    ['memory', `${memory.totalBytes} bytes`],
    ...(limits?.memoryBytes == null ? [] : [['memory limit', `${limits.memoryBytes} bytes`] as const]),
    ['memory type', memory.type],
    ['memory clock', memory.clockHz === null ? null : `${Math.round(memory.clockHz / 1e6)} MHz`],
    ...gpus
      .filter((gpu) => !gpu.software)
      .flatMap((gpu): Fact[] => [
        [`driver of ${gpu.model}`, joined(gpu.driver, gpu.driverVersion) ?? 'unknown'],
      ]),
    ...(machine.missingGpus ?? []).map((model) => [`missing GPU ${model}`, 'missing'] as const),
    ['microcode', cpu.microcode],
    ['BIOS', joined(firmware.vendor, firmware.version, firmware.date)],
    ['kernel', system.kernel],
    ['system', `${system.platform} ${system.distribution} ${system.release} ${system.architecture}`],
    ['virtualization', joined(virtualization.hypervisor, virtualization.container)],
    ['power source', power.source],
    ['governor', power.governor],
    ['power profile', power.profile],
    ...providers.flatMap(({ description: { provider, version, libraries } }): Fact[] => [
      [`provider ${provider}`, version, provider],
      ...Object.entries(libraries).map(([name, of]): Fact => [`library ${name}`, of, provider]),
    ]),
    ['Plimsoll', software.plimsoll],
    ['Node', software.node],
  ];
}

function joined(...parts: (string | null)[]): string | null {
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : known.join(' ');
}

/**
 * `null` where a side does not know, or does not have it: that may be a difference too, and is listed as one. A provider that took
 * part on one side only is none: it cannot have changed the others' figures.
 */
export function environmentDifferences(before: Surroundings, after: Surroundings): EnvironmentDifference[] {
  if (areEqual(before, after)) return [];
  const first = factsBeside(before, after);
  const second = factsBeside(after, before);
  return [...new Set([...second.keys(), ...first.keys()])].flatMap((what) => {
    const change = { what, before: first.get(what) ?? null, after: second.get(what) ?? null };
    return change.before === change.after ? [] : [change];
  });
}

/** As most runs of a machine are. */
function areEqual(before: Surroundings, after: Surroundings): boolean {
  return (
    before.length === after.length &&
    before.every(([what, value], index) => what === after[index]?.[0] && value === after[index]?.[1])
  );
}

function factsBeside(facts: Surroundings, others: Surroundings): Map<string, string | null> {
  const providers = new Set(others.map(([, , provider]) => provider));
  return new Map(
    facts.flatMap(([what, value, provider]) =>
      provider === undefined || providers.has(provider) ? [[what, value] as const] : [],
    ),
  );
}

export function sameEnvironment(a: Surroundings, b: Surroundings): boolean {
  return environmentDifferences(a, b).length === 0;
}
