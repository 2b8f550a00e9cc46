/** What this machine is, on Linux: from files, and from as few programs as can be. */
import { availableParallelism, cpus, freemem, hostname, release, totalmem } from 'node:os';
import type { CoreKind, Environment } from '../../core/protocol/run.ts';
import { armCore, armVendor } from './arm-cores.ts';
import { availableBytes, readLimits } from './cgroup.ts';
import { instructionSetsOf, parseArmCores, parseCpuInfo } from './cpuinfo.ts';
import { type FoundGpus, readGpus } from './gpus.ts';
import { type HardwareIdentity, isPortable, machineId, modelId, readMark } from './identity.ts';
import { formerlyKnown, known } from './known.ts';
import { readMemoryModules } from './memory-modules.ts';
import { readOsRelease } from './os-release.ts';
import { readPower } from './power.ts';
import type { RunProgram } from './run-program.ts';
import { softly } from './softly.ts';
import type { SystemFiles } from './system-files.ts';
import { readTopology, type Topology } from './topology.ts';
import { findHypervisor, hypervisorOf, readContainer } from './virtualization.ts';

type Software = Environment['software'];

export async function detectLinux(
  files: SystemFiles,
  run: RunProgram,
  software: Software,
): Promise<Environment> {
  const cpuInfoRead = softly(files.read('/proc/cpuinfo'), null);
  const firmwareRead = softly(readFirmware(files), noFirmware);
  // All at once: what hangs is waited for but once.
  const [
    cpuInfoText,
    topology,
    found,
    container,
    power,
    firmware,
    modules,
    system,
    limits,
    meminfo,
    portable,
    hypervisor,
    kernel,
  ] = await Promise.all([
    cpuInfoRead,
    softly(readTopology(files), noTopology),
    softly(readGpus(files, run), noGpus),
    softly(readContainer(files), null),
    softly(readPower(files), { source: null, governor: null, profile: null }),
    firmwareRead,
    softly(readMemoryModules(files), null),
    softly(readOsRelease(files), { distribution: null, release: null }),
    softly(readLimits(files), noLimits),
    softly(files.read('/proc/meminfo'), null),
    softly(isPortable(files), false),
    softly(findHypervisorName(files, run, cpuInfoRead, firmwareRead), null),
    softly(files.read('/proc/sys/kernel/osrelease'), null),
  ]);
  const info = parseCpuInfo(cpuInfoText ?? '');
  const vendor = info.vendor ?? 'unknown';
  const model =
    info.modelName ?? armModel(cpuInfoText ?? '', topology.kinds) ?? known(cpus()[0]?.model) ?? 'unknown';
  const logicalCores = topology.threads || cpus().length || availableParallelism();
  const physicalCores = Math.min(topology.cores ?? logicalCores, logicalCores);
  const manufacturer = known(firmware.systemVendor);
  const product = known(firmware.product) ?? firmware.treeModel;

  const used = topology.kinds.filter(({ usableThreads }) => usableThreads > 0);
  const governors = used.flatMap(({ governor }) => governor ?? []);

  const hardware: HardwareIdentity = {
    cpuVendor: vendor,
    // Of Arm the numbers, which stay; names are of a list that grows.
    cpuModel: info.modelName ?? info.model ?? model,
    cpuFamily: info.family,
    cpuModelNumber: info.model,
    cpuStepping: info.stepping,
    physicalCores: physicalCores + topology.offlineCores,
    board: known(firmware.board),
    product: known(firmware.product),
    gpus: portable ? [] : identifyingGpus(found, ({ external }) => !external),
  };
  const mark = await softly(readMark(files, container !== null), null);
  const ids = { id: machineId(hardware, mark), modelId: modelId(hardware) };
  // Until the first version that knew more fillers, kinds of GPUs, and laptops.
  const former: HardwareIdentity = {
    ...hardware,
    physicalCores,
    board: formerlyKnown(firmware.board),
    product: formerlyKnown(firmware.product),
    gpus: identifyingGpus(found, ({ isAccelerator }) => !isAccelerator),
  };
  const formerIds = [machineId(former, mark)].filter((id) => id !== ids.id);

  return {
    machine: { ...ids, ...(formerIds.length > 0 && { formerIds }), name: hostname(), manufacturer, product },
    cpu: {
      vendor,
      model,
      family: info.family,
      stepping: info.stepping,
      microcode: info.microcode,
      physicalCores,
      logicalCores,
      // Node's word is less than the machine's where an affinity mask or a quota says so.
      usableCores: Math.min(topology.usableThreads ?? logicalCores, availableParallelism(), logicalCores),
      maximumClockHz: Math.max(0, ...topology.kinds.map(({ maximumClockHz }) => maximumClockHz ?? 0)) || null,
      instructionSets: instructionSetsOf(info.flags),
      caches: topology.kinds[0]?.caches ?? [],
      ...(topology.kinds.length > 1 && { kinds: [...topology.kinds] }),
      ...(topology.offlineThreads > 0 && { offlineThreads: topology.offlineThreads }),
    },
    memory: {
      totalBytes: kibibytes(meminfo, 'MemTotal') ?? totalmem(),
      availableBytes: availableBytes(kibibytes(meminfo, 'MemAvailable') ?? freemem(), limits) ?? freemem(),
      type: modules?.type ?? null,
      clockHz: modules?.clockHz ?? null,
      ...(modules !== null && { modules: modules.modules }),
    },
    ...limitsOf(limits, kibibytes(meminfo, 'MemTotal') ?? totalmem(), logicalCores),
    gpus: [...found.gpus],
    system: {
      platform: process.platform,
      distribution: system.distribution ?? 'unknown',
      release: system.release ?? 'unknown',
      kernel: known(kernel ?? release()) ?? 'unknown',
      architecture: process.arch,
    },
    firmware: {
      vendor: known(firmware.biosVendor),
      version: known(firmware.biosVersion),
      date: known(firmware.biosDate),
    },
    virtualization: { hypervisor, container },
    power: {
      ...power,
      governor: governors.length === 0 ? power.governor : [...new Set(governors)].join(', '),
    },
    software,
  };
}

const noTopology: Topology = {
  threads: 0,
  cores: null,
  offlineThreads: 0,
  offlineCores: 0,
  usableThreads: null,
  kinds: [],
};
const noGpus: FoundGpus = { gpus: [], displays: [] };
const noLimits = { cpus: null, memoryBytes: null, memoryUsedBytes: null };

/** Only x86 lists this flag. */
function hypervisorFlag({ flags }: ReturnType<typeof parseCpuInfo>): boolean | null {
  return flags.has('fpu') || flags.has('sse2') ? flags.has('hypervisor') : null;
}

async function findHypervisorName(
  files: SystemFiles,
  run: RunProgram,
  cpuInfo: Promise<string | null>,
  firmwareRead: Promise<Firmware>,
): Promise<string | null> {
  const { systemVendor, product, biosVendor, treeCompatible } = await firmwareRead;
  const firmware = [systemVendor, product, biosVendor, treeCompatible].filter(Boolean).join(' ');
  const flag = hypervisorFlag(parseCpuInfo((await cpuInfo) ?? ''));
  const named = hypervisorOf({ flag, firmware, found: null });
  // What firmware names needs no program.
  if (named !== 'unknown') return named;
  return hypervisorOf({ flag, firmware, found: await findHypervisor(files, run) });
}

/** `Arm Cortex-A76 + Cortex-A55`: each kind of core, the fastest first. */
function armModel(cpuInfo: string, kinds: readonly CoreKind[]): string | null {
  const cores = [...parseArmCores(cpuInfo).values()];
  const [first] = cores;
  if (first === undefined) return null;
  const listed = cores.map(([implementer, part]) => armCore(implementer, part));
  const inOrder = kinds.flatMap(({ name }) => (name !== null && listed.includes(name) ? [name] : []));
  return [armVendor(first[0]), [...new Set([...inOrder, ...listed])].join(' + ')].filter(Boolean).join(' ');
}

interface Firmware {
  readonly systemVendor: string | null;
  readonly product: string | null;
  readonly board: string | null;
  readonly biosVendor: string | null;
  readonly biosVersion: string | null;
  readonly biosDate: string | null;
  /** Of machines without such tables: `Radxa ROCK 5B`. */
  readonly treeModel: string | null;
  readonly treeCompatible: string | null;
}

const noFirmware: Firmware = {
  systemVendor: null,
  product: null,
  board: null,
  biosVendor: null,
  biosVersion: null,
  biosDate: null,
  treeModel: null,
  treeCompatible: null,
};

/** The firmware's tables, where the system shows them without special rights; as they are filled, or not. */
async function readFirmware(files: SystemFiles): Promise<Firmware> {
  const table = (name: string) => files.read(`/sys/class/dmi/id/${name}`);
  const tree = async (name: string) =>
    (await files.read(`/proc/device-tree/${name}`))?.replaceAll('\0', ' ').trim() ?? null;
  const [systemVendor, product, board, biosVendor, biosVersion, biosDate, treeModel, treeCompatible] =
    await Promise.all([
      ...['sys_vendor', 'product_name', 'board_name', 'bios_vendor', 'bios_version', 'bios_date'].map(table),
      ...['model', 'compatible'].map(tree),
    ]);
  return {
    systemVendor: systemVendor ?? null,
    product: product ?? null,
    board: board ?? null,
    biosVendor: biosVendor ?? null,
    biosVersion: biosVersion ?? null,
    biosDate: biosDate ?? null,
    treeModel: known(treeModel),
    treeCompatible: treeCompatible ?? null,
  };
}

/** Of those on the bus that compute; those of an Arm board come with its processor. */
function identifyingGpus(
  { gpus, displays }: FoundGpus,
  counts: (display: FoundGpus['displays'][number]) => boolean,
): string[] {
  return displays.flatMap((display) => {
    const gpu = gpus.find(({ pciAddress }) => pciAddress === display.address);
    return gpu === undefined || gpu.software || !counts(display)
      ? []
      : [`${display.vendorId}:${display.deviceId}`];
  });
}

/** Nothing is said of a limit that is none: all of the machine, or more. */
function limitsOf(
  { cpus: quota, memoryBytes }: { readonly cpus: number | null; readonly memoryBytes: number | null },
  totalBytes: number,
  threads: number,
): Pick<Environment, 'limits'> {
  const limits = {
    cpus: quota !== null && quota < threads ? quota : null,
    memoryBytes: memoryBytes !== null && memoryBytes < totalBytes ? memoryBytes : null,
  };
  return limits.cpus === null && limits.memoryBytes === null ? {} : { limits };
}

function kibibytes(meminfo: string | null, name: string): number | null {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(meminfo ?? '')?.[1];
  return found === undefined ? null : Number(found) * 1024;
}
