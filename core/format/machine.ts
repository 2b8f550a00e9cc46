/** A machine in words. What could not be found out is said to be unknown. */
import type { CoreKind, Environment } from '../protocol/run.ts';
import { formatBytes } from './units.ts';

const unknown = 'unknown';

/** What is told, and the answer. */
export type Fact = readonly [name: string, value: string];

/** All of it. */
export function machineFacts(environment: Environment): Fact[] {
  const { machine, cpu, memory, limits, gpus, system, firmware, virtualization, power, software } =
    environment;
  return [
    ['machine', `${machine.name} (${machine.id})`],
    ['product', formatProduct(machine)],
    ['CPU', cpu.model],
    ['cores', formatCores(cpu, limits)],
    ...(cpu.kinds ?? []).map(kindFact),
    ['clock', cpu.maximumClockHz === null ? unknown : `at most ${gigahertz(cpu.maximumClockHz)}`],
    ['instruction sets', cpu.instructionSets.join(', ') || unknown],
    ['caches', cpu.caches.map(formatCache).join(', ') || unknown],
    ['microcode', cpu.microcode ?? unknown],
    ['memory', formatMemory(memory, limits)],
    ...gpuPairs(gpus, machine.missingGpus),
    ['system', `${formatSystem(system)}, ${system.kernel}, ${system.architecture}`],
    ['firmware', known(firmware.vendor, firmware.version, firmware.date)],
    ['virtualization', virtualizationOf(virtualization) ?? 'none found'],
    ['power', formatPower(power)],
    ['software', `Plimsoll ${software.plimsoll}, Node ${software.node}`],
  ];
}

/** The few that head a run. */
export function machineHeadFacts(environment: Environment): Fact[] {
  const { machine, cpu, memory, limits, gpus, system, virtualization } = environment;
  return [
    ['machine', machine.name],
    ['CPU', `${cpu.model}, ${formatCores(cpu, limits)}`],
    ['memory', formatMemory(memory, limits)],
    ...gpuPairs(gpus, machine.missingGpus),
    [
      'system',
      [formatSystem(system), virtualizationOf(virtualization)].filter((part) => part !== null).join(', '),
    ],
  ];
}

function formatCores(cpu: Environment['cpu'], limits: Environment['limits']): string {
  const offline = cpu.offlineThreads ?? 0;
  const parts = [
    counted(cpu.physicalCores, 'core'),
    counted(cpu.logicalCores, 'thread'),
    offline === 0 ? null : `${counted(offline, 'more thread')} switched off`,
    cpu.usableCores < cpu.logicalCores ? `${cpu.usableCores} usable here` : null,
    limits?.cpus == null ? null : `limited to ${formatQuota(limits.cpus)}`,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** `0.5 CPU`: time, as much as so many processors have. */
export function formatQuota(cpus: number): string {
  const rounded = cpus >= 10 ? cpus.toFixed(0) : String(Number(cpus.toFixed(2)));
  return `${rounded} ${cpus > 1 ? 'CPUs' : 'CPU'}`;
}

/** Under its name, else under the numbers of its processors. */
function kindFact(kind: CoreKind): Fact {
  const { name, cores, threads, usableThreads, cpus, maximumClockHz, governor, caches } = kind;
  const parts = [
    counted(cores, 'core'),
    threads === cores ? null : counted(threads, 'thread'),
    usableThreads === threads
      ? null
      : usableThreads === 0
        ? 'not usable here'
        : `${usableThreads} usable here`,
    maximumClockHz === null ? null : `at most ${gigahertz(maximumClockHz)}`,
    ...caches.map(formatCache),
    governor === null ? null : `governor ${governor}`,
    name === null ? null : `CPU ${cpus}`,
  ];
  return [name ?? `CPU ${cpus}`, parts.filter((part) => part !== null).join(', ')];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function formatCache({ level, bytes, sharedBy }: Environment['cpu']['caches'][number]): string {
  return `${level} ${formatBytes(bytes)} for ${counted(sharedBy, 'thread')}`;
}

function formatMemory(
  { totalBytes, type, clockHz }: Environment['memory'],
  limits: Environment['limits'],
): string {
  return [
    formatBytes(totalBytes),
    type,
    clockHz === null ? null : `${Math.round(clockHz / 1e6)} MT/s`,
    limits?.memoryBytes == null ? null : `limited to ${formatBytes(limits.memoryBytes)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

function gpuPairs(gpus: Environment['gpus'], missing: readonly string[] = []): Fact[] {
  const gone = missing.map((model): Fact => ['GPU', `${model}, missing: it was there in an earlier run`]);
  if (gpus.length === 0) return gone.length > 0 ? gone : [['GPU', 'none found']];
  return [...gpus.map(gpuFact), ...gone];
}

function gpuFact(gpu: Environment['gpus'][number]): Fact {
  const driver =
    gpu.driver === null && gpu.driverVersion === null
      ? 'driver unknown'
      : `driver ${known(gpu.driver, gpu.driverVersion)}`;
  const memory = gpu.memoryBytes === null ? null : formatBytes(gpu.memoryBytes);
  const kind =
    gpu.pciAddress === null ? 'software adapter: runs on the CPU' : 'display only: computes nothing';
  const software = gpu.software ? kind : null;
  return ['GPU', [gpu.model, memory, driver, software].filter((part) => part !== null).join(', ')];
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
  return parts.filter((part) => part !== null).join(', ') || unknown;
}

function formatProduct({ manufacturer, product }: Environment['machine']): string {
  const repeats = manufacturer !== null && product?.startsWith(manufacturer) === true;
  return known(repeats ? null : manufacturer, product);
}

function formatSystem({ distribution, release }: Environment['system']): string {
  const parts = [distribution, release].filter((part) => part !== unknown);
  return parts.join(' ') || unknown;
}

function known(...parts: (string | null)[]): string {
  const found = parts.filter((part) => part !== null);
  return found.length === 0 ? unknown : found.join(' ');
}

function gigahertz(hz: number): string {
  return `${(hz / 1e9).toFixed(2)} GHz`;
}
