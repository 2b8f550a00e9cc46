/** What this machine is, and how it is set just now. Whatever cannot be found out is null; no probe can fail the others. */
import { availableParallelism, cpus, freemem, hostname, totalmem } from 'node:os';
import systeminformation, { type Systeminformation } from 'systeminformation';
import type { Environment } from '../../core/protocol/run.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readCaches } from './caches.ts';
import { instructionSetsOf, parseCpuInfo, parseFlags } from './cpuinfo.ts';
import { readPciDisplays, toGpus } from './gpus.ts';
import { type HardwareIdentity, machineId, modelId, readMark } from './identity.ts';
import { known } from './known.ts';
import { readPower } from './power.ts';
import { type SystemFiles, systemFiles } from './system-files.ts';
import { hypervisorOf, readContainer } from './virtualization.ts';

/** Programs that systeminformation starts (nvidia-smi, lspci, dmidecode) may hang on a sick driver. */
const probeMs = 4000;

export async function detectMachine(files: SystemFiles = systemFiles()): Promise<Environment> {
  const [cpu, memory, layout, graphics, os, bios, system, board, battery, uuid] = await Promise.all([
    softly(systeminformation.cpu()),
    softly(systeminformation.mem()),
    softly(systeminformation.memLayout()),
    softly(systeminformation.graphics()),
    softly(systeminformation.osInfo()),
    softly(systeminformation.bios()),
    softly(systeminformation.system()),
    softly(systeminformation.baseboard()),
    softly(systeminformation.battery()),
    // Linux is asked itself: it tells everybody the same.
    onLinux ? null : softly(systeminformation.uuid()),
  ]);
  const [cpuInfoText, caches, displays, container, power, firmware, maximumKhz] = await Promise.all([
    files.read('/proc/cpuinfo'),
    readCaches(files),
    readPciDisplays(files),
    readContainer(files),
    readPower(files),
    readFirmware(files),
    files.readPositive('/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq'),
  ]);

  const info = parseCpuInfo(cpuInfoText ?? '');
  const flags = info.flags.size > 0 ? info.flags : parseFlags(cpu?.flags ?? '');
  const logicalCores = cpu?.cores || cpus().length || availableParallelism();
  const physicalCores = Math.min(cpu?.physicalCores || logicalCores, logicalCores);
  const vendor = info.vendor ?? known(cpu?.vendor) ?? 'unknown';
  const brand = known(cpu?.brand);
  const model =
    info.modelName ??
    (brand === null
      ? (known(cpus()[0]?.model) ?? 'unknown')
      : [known(cpu?.manufacturer), brand].filter(Boolean).join(' '));
  // In a container systeminformation calls the machine "Docker Container", which it is not.
  const manufacturer = firmware.systemVendor ?? (onLinux ? null : known(system?.manufacturer));
  const product = firmware.product ?? (onLinux ? null : known(system?.model));
  const gpus = toGpus(displays, graphics?.controllers ?? []);
  const computing = gpus.filter(({ software }) => !software);

  const hardware: HardwareIdentity = {
    cpuVendor: vendor,
    // On Arm the name comes from a table of the system's, which its next release may amend; the number stays.
    cpuModel: info.modelName ?? info.model ?? model,
    cpuFamily: info.family ?? known(cpu?.family),
    cpuModelNumber: info.model ?? known(cpu?.model),
    cpuStepping: info.stepping ?? known(cpu?.stepping),
    physicalCores,
    board: firmware.board ?? known(board?.model),
    product,
    gpus: computing.map(({ pciAddress, model: name }) => {
      const display = displays.find(({ address }) => address === pciAddress);
      return display === undefined ? name : `${display.vendorId}:${display.deviceId}`;
    }),
  };
  const mark = onLinux ? await readMark(files, container !== null) : known(uuid?.os);

  return {
    machine: {
      id: machineId(hardware, mark),
      modelId: modelId(hardware),
      name: hostname(),
      manufacturer,
      product,
    },
    cpu: {
      vendor,
      model,
      family: info.family ?? known(cpu?.family),
      stepping: info.stepping ?? known(cpu?.stepping),
      microcode: info.microcode,
      physicalCores,
      logicalCores,
      // Of Node 24: less than the machine's where an affinity mask or a container's quota says so.
      usableCores: Math.min(availableParallelism(), logicalCores),
      maximumClockHz: maximumKhz === null ? gigahertz(cpu?.speedMax) : maximumKhz * 1e3,
      instructionSets: instructionSetsOf(flags),
      caches,
    },
    memory: memoryOf(memory, layout),
    gpus,
    system: {
      platform: process.platform,
      distribution: known(os?.distro) ?? 'unknown',
      release: known(os?.release) ?? 'unknown',
      kernel: known(os?.kernel) ?? 'unknown',
      architecture: process.arch,
    },
    firmware: {
      vendor: firmware.biosVendor ?? known(bios?.vendor),
      version: firmware.biosVersion ?? known(bios?.version),
      date: firmware.biosDate ?? known(bios?.releaseDate),
    },
    virtualization: {
      hypervisor: hypervisorOf({
        // Only Linux lists this flag.
        flag: info.flags.size === 0 || process.arch !== 'x64' ? null : info.flags.has('hypervisor'),
        firmware: [manufacturer, product, firmware.biosVendor].filter(Boolean).join(' '),
        found: system?.virtual === true ? known(system.virtualHost) : null,
      }),
      container,
    },
    power: { ...power, source: power.source ?? batterySource(battery) },
    software: { plimsoll: packageJson.version, node: process.versions.node },
  };
}

const onLinux = process.platform === 'linux';

/** The firmware's tables, where the system shows them without special rights. */
async function readFirmware(files: SystemFiles) {
  const [systemVendor, product, board, biosVendor, biosVersion, biosDate] = await Promise.all(
    ['sys_vendor', 'product_name', 'board_name', 'bios_vendor', 'bios_version', 'bios_date'].map(
      async (name) => known(await files.read(`/sys/class/dmi/id/${name}`)),
    ),
  );
  return {
    systemVendor: systemVendor ?? null,
    product: product ?? null,
    board: board ?? null,
    biosVendor: biosVendor ?? null,
    biosVersion: biosVersion ?? null,
    biosDate: biosDate ?? null,
  };
}

function memoryOf(
  memory: Systeminformation.MemData | null,
  layout: readonly Systeminformation.MemLayoutData[] | null,
): Environment['memory'] {
  // An empty slot is listed too.
  const module = layout?.find(({ size, type }) => size > 0 && known(type) !== null);
  const megahertz = module?.clockSpeed ?? 0;
  return {
    totalBytes: memory?.total || totalmem(),
    availableBytes: memory?.available ?? freemem(),
    type: known(module?.type),
    clockHz: megahertz > 0 ? megahertz * 1e6 : null,
  };
}

function batterySource(battery: Systeminformation.BatteryData | null): 'mains' | 'battery' | null {
  if (battery?.hasBattery !== true) return null;
  return battery.acConnected ? 'mains' : 'battery';
}

function gigahertz(speed: number | undefined): number | null {
  return speed === undefined || !(speed > 0) ? null : speed * 1e9;
}

/** Null where the probe failed or took too long. */
async function softly<T>(probe: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), probeMs);
  try {
    return await Promise.race([probe, late.promise]);
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}
