/** What this machine is, on Windows and macOS: as the library knows it. */
import { availableParallelism, cpus, freemem, hostname, totalmem } from 'node:os';
import type { Systeminformation } from 'systeminformation';
import type { Environment, Gpu } from '../../core/protocol/run.ts';
import { instructionSetsOf, parseFlags } from './cpuinfo.ts';
import { type HardwareIdentity, machineId, modelId } from './identity.ts';
import { known } from './known.ts';
import type { LibraryAnswers } from './library.ts';
import { isSoftwareAdapter, isVirtualDisplay } from './virtual-adapters.ts';
import { hypervisorOf } from './virtualization.ts';

type Controller = Systeminformation.GraphicsControllerData;

export function environmentOfLibrary(
  answers: LibraryAnswers,
  software: Environment['software'],
): Environment {
  const { cpu, mem, memLayout, graphics, osInfo, bios, system, baseboard, battery, uuid } = answers;
  const logicalCores = cpu?.cores || cpus().length || availableParallelism();
  const physicalCores = Math.min(cpu?.physicalCores || logicalCores, logicalCores);
  const vendor = known(cpu?.vendor) ?? 'unknown';
  const brand = known(cpu?.brand);
  const model =
    brand === null
      ? (known(cpus()[0]?.model) ?? 'unknown')
      : [known(cpu?.manufacturer), brand].filter(Boolean).join(' ');
  const manufacturer = known(system?.manufacturer);
  const product = known(system?.model);
  const gpus = gpusOfLibrary(graphics?.controllers ?? []);
  const isPortable = battery?.hasBattery === true;
  const hardware: HardwareIdentity = {
    cpuVendor: vendor,
    cpuModel: model,
    cpuFamily: known(cpu?.family),
    cpuModelNumber: known(cpu?.model),
    cpuStepping: known(cpu?.stepping),
    physicalCores,
    board: known(baseboard?.model),
    product,
    gpus: isPortable ? [] : gpus.filter((gpu) => !gpu.software).map((gpu) => gpu.model),
  };
  const mark = known(uuid?.os);
  const id = machineId(hardware, mark);
  const formerId = machineId(
    { ...hardware, gpus: gpus.filter((gpu) => !gpu.software).map((gpu) => gpu.model) },
    mark,
  );
  // An empty slot is listed too.
  const module = memLayout?.find(({ size, type }) => size > 0 && known(type) !== null);
  return {
    machine: {
      id,
      modelId: modelId(hardware),
      ...(formerId !== id && { formerIds: [formerId] }),
      name: hostname(),
      manufacturer,
      product,
    },
    cpu: {
      vendor,
      model,
      family: known(cpu?.family),
      stepping: known(cpu?.stepping),
      microcode: null,
      physicalCores,
      logicalCores,
      usableCores: Math.min(availableParallelism(), logicalCores),
      maximumClockHz: times(cpu?.speedMax, 1e9),
      instructionSets: instructionSetsOf(parseFlags(cpu?.flags ?? '')),
      caches: [],
    },
    memory: {
      totalBytes: mem?.total || totalmem(),
      availableBytes: mem?.available ?? freemem(),
      type: known(module?.type),
      clockHz: times(module?.clockSpeed ?? undefined, 1e6),
    },
    gpus,
    system: {
      platform: process.platform,
      distribution: known(osInfo?.distro) ?? 'unknown',
      release: known(osInfo?.release) ?? 'unknown',
      kernel: known(osInfo?.kernel) ?? 'unknown',
      architecture: process.arch,
    },
    firmware: {
      vendor: known(bios?.vendor),
      version: known(bios?.version),
      date: known(bios?.releaseDate),
    },
    virtualization: {
      hypervisor: hypervisorOf({
        flag: null,
        firmware: [manufacturer, product, known(bios?.vendor)].filter(Boolean).join(' '),
        found: system?.virtual === true ? known(system.virtualHost) : null,
      }),
      container: null,
    },
    power: {
      source: battery?.hasBattery !== true ? null : battery.acConnected ? 'mains' : 'battery',
      governor: null,
      profile: null,
    },
    software,
  };
}

export function gpusOfLibrary(controllers: readonly Controller[]): Gpu[] {
  return controllers
    .filter(({ vendor, model, name }) => !isVirtualDisplay(`${vendor} ${model} ${name ?? ''}`))
    .map((controller) => ({
      vendor: known(controller.vendor),
      model: known(controller.name) ?? known(controller.model) ?? 'unknown',
      driver: null,
      driverVersion: known(controller.driverVersion),
      memoryBytes: toBytes(controller.memoryTotal ?? (controller.vramDynamic ? null : controller.vram)),
      pciAddress: known(controller.busAddress),
      software: isSoftwareAdapter(`${controller.vendor} ${controller.model}`),
    }));
}

/** The library tells MiB. Memory that is shared with the processor has no size of its own. */
function toBytes(mebibytes: number | null | undefined): number | null {
  return mebibytes != null && mebibytes > 0 ? Math.round(mebibytes * 2 ** 20) : null;
}

function times(value: number | undefined, unit: number): number | null {
  return value === undefined || !(value > 0) ? null : value * unit;
}
