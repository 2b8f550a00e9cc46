/** A machine in words. What could not be found out is said to be unknown. */
import type { Environment } from '../protocol/run.ts';
import { formatBytes } from './units.ts';

const unknown = 'unknown';

/** What is told, and the answer. */
export type Fact = readonly [name: string, value: string];

/** All of it. */
export function machineFacts(environment: Environment): Fact[] {
  const { machine, cpu, memory, gpus, system, firmware, virtualization, power, software } = environment;
  return [
    ['machine', `${machine.name} (${machine.id})`],
    ['product', known(machine.manufacturer, machine.product)],
    ['CPU', cpu.model],
    ['cores', formatCores(cpu)],
    ['clock', cpu.maximumClockHz === null ? unknown : `at most ${gigahertz(cpu.maximumClockHz)}`],
    ['instruction sets', cpu.instructionSets.join(', ') || unknown],
    ['caches', cpu.caches.map(formatCache).join(', ') || unknown],
    ['microcode', cpu.microcode ?? unknown],
    ['memory', formatMemory(memory)],
    ...gpuPairs(gpus),
    ['system', `${system.distribution} ${system.release}, ${system.kernel}, ${system.architecture}`],
    ['firmware', known(firmware.vendor, firmware.version, firmware.date)],
    ['virtualization', virtualizationOf(virtualization) ?? 'none found'],
    ['power', formatPower(power)],
    ['software', `Plimsoll ${software.plimsoll}, Node ${software.node}`],
  ];
}

/** The few that head a run. */
export function machineHeadFacts(environment: Environment): Fact[] {
  const { machine, cpu, memory, gpus, system, virtualization } = environment;
  return [
    ['machine', machine.name],
    ['CPU', `${cpu.model}, ${formatCores(cpu)}`],
    ['memory', formatMemory(memory)],
    ...gpuPairs(gpus),
    [
      'system',
      [`${system.distribution} ${system.release}`, virtualizationOf(virtualization)]
        .filter((part) => part !== null)
        .join(', '),
    ],
  ];
}

function formatCores(cpu: Environment['cpu']): string {
  const all = `${cpu.physicalCores} cores, ${cpu.logicalCores} threads`;
  return cpu.usableCores < cpu.logicalCores ? `${all}, ${cpu.usableCores} usable here` : all;
}

function formatCache({ level, bytes, sharedBy }: Environment['cpu']['caches'][number]): string {
  return `${level} ${formatBytes(bytes)} for ${sharedBy} ${sharedBy === 1 ? 'thread' : 'threads'}`;
}

function formatMemory({ totalBytes, type, clockHz }: Environment['memory']): string {
  return [formatBytes(totalBytes), type, clockHz === null ? null : `${Math.round(clockHz / 1e6)} MHz`]
    .filter((part) => part !== null)
    .join(', ');
}

function gpuPairs(gpus: Environment['gpus']): Fact[] {
  if (gpus.length === 0) return [['GPU', 'none found']];
  return gpus.map((gpu) => {
    const driver =
      gpu.driver === null && gpu.driverVersion === null
        ? 'driver unknown'
        : `driver ${known(gpu.driver, gpu.driverVersion)}`;
    const memory = gpu.memoryBytes === null ? null : formatBytes(gpu.memoryBytes);
    const software = gpu.software ? 'software adapter: runs on the CPU' : null;
    return ['GPU', [gpu.model, memory, driver, software].filter((part) => part !== null).join(', ')];
  });
}

function virtualizationOf({ hypervisor, container }: Environment['virtualization']): string | null {
  const parts = [hypervisor, container].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

function formatPower({ source, governor, profile }: Environment['power']): string {
  const parts = [
    source,
    governor === null ? null : `governor ${governor}`,
    profile === null ? null : `profile ${profile}`,
  ];
  return known(...parts);
}

function known(...parts: (string | null)[]): string {
  const found = parts.filter((part) => part !== null);
  return found.length === 0 ? unknown : found.join(' ');
}

function gigahertz(hz: number): string {
  return `${(hz / 1e9).toFixed(2)} GHz`;
}
