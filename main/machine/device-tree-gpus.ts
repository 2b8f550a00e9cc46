/** GPUs that are no PCI devices, as on Arm boards: the device tree tells what they are, and the platform bus which driver has them. */
import type { Gpu } from '../../core/protocol/run.ts';
import type { SystemFiles } from './system-files.ts';

/** What the tree calls them, the most particular first. Source: Linux, Documentation/devicetree/bindings/gpu. */
const names: readonly (readonly [pattern: RegExp, vendor: string, model: string])[] = [
  [/rk3588.*mali/, 'Arm', 'Mali-G610 MP4'],
  [/rk3576.*mali/, 'Arm', 'Mali-G52 MC3'],
  [/rk356[68].*mali/, 'Arm', 'Mali-G52'],
  [/px30.*mali|rk3326.*mali/, 'Arm', 'Mali-G31'],
  [/rk3399.*mali/, 'Arm', 'Mali-T860'],
  [/rk3288.*mali/, 'Arm', 'Mali-T760'],
  [/g12a.*mali/, 'Arm', 'Mali-G31'],
  [/g12b.*mali/, 'Arm', 'Mali-G52'],
  [/mt8183.*mali/, 'Arm', 'Mali-G72'],
  [/mt8192.*mali|mt8195.*mali/, 'Arm', 'Mali-G57'],
  [/mt8188.*mali/, 'Arm', 'Mali-G57'],
  [/mt8196.*mali/, 'Arm', 'Immortalis-G925'],
  [/arm,mali-([a-z]?\d+\w*)/, 'Arm', 'Mali-$1'],
  [/mali-valhall/, 'Arm', 'Mali (Valhall)'],
  [/mali-bifrost/, 'Arm', 'Mali (Bifrost)'],
  [/mali-midgard/, 'Arm', 'Mali (Midgard)'],
  [/mali/, 'Arm', 'Mali'],
  [/immortalis/, 'Arm', 'Immortalis'],
  [/2712-v3d/, 'Broadcom', 'VideoCore VII'],
  [/2711-v3d/, 'Broadcom', 'VideoCore VI'],
  [/bcm.*(?:v3d|vc4)/, 'Broadcom', 'VideoCore IV'],
  [/adreno-(\d+)/, 'Qualcomm', 'Adreno $1'],
  [/adreno/, 'Qualcomm', 'Adreno'],
  [/apple,agx-(\w+)/, 'Apple', 'Apple GPU ($1)'],
  [/ga10b/, 'NVIDIA', 'NVIDIA Orin (GA10B)'],
  [/gv11b/, 'NVIDIA', 'NVIDIA Xavier (GV11B)'],
  [/gp10b/, 'NVIDIA', 'NVIDIA TX2 (GP10B)'],
  [/gm20b/, 'NVIDIA', 'NVIDIA Tegra X1 (GM20B)'],
  [/vivante|galcore/, 'Vivante', 'Vivante GC'],
  [/^img,|powervr/, 'Imagination', 'PowerVR'],
];

const tree = '/proc/device-tree';
const platform = '/sys/bus/platform/devices';

export async function readDeviceTreeGpus(files: SystemFiles): Promise<Gpu[]> {
  const [root, soc, devices] = await Promise.all([
    files.list(tree),
    files.list(`${tree}/soc`),
    files.list(platform),
  ]);
  const nodes = [
    ...root.filter(isGpuNode).map((name) => `${tree}/${name}`),
    ...soc.filter(isGpuNode).map((name) => `${tree}/soc/${name}`),
  ];
  const found = [
    ...(await Promise.all(
      nodes.map(async (node) => {
        const [compatible, status] = await Promise.all([
          files.read(`${node}/compatible`),
          files.read(`${node}/status`),
        ]);
        return {
          compatible: compatible?.split('\0') ?? [],
          driver: null,
          isOff: status?.startsWith('disabled'),
        };
      }),
    )),
    ...(await Promise.all(
      devices.filter(isGpuDevice).map(async (name) => {
        const event = (await files.read(`${platform}/${name}/uevent`)) ?? '';
        const driver =
          /^DRIVER=(.+)$/m.exec(event)?.[1] ?? (await files.linkName(`${platform}/${name}/driver`));
        const compatible = [...event.matchAll(/^OF_COMPATIBLE_\d+=(.+)$/gm)].map((match) => match[1] ?? '');
        return { compatible, driver, isOff: false };
      }),
    )),
  ];
  const gpus = new Map<string, Gpu>();
  for (const { compatible, driver, isOff } of found) {
    const gpu = isOff === true ? null : gpuOf(compatible, driver);
    if (gpu === null) continue;
    // The tree and the bus tell the same device; the bus knows its driver as well.
    const same = gpus.get(gpu.model);
    gpus.set(gpu.model, same === undefined || same.driver === null ? gpu : same);
  }
  const versions = await Promise.all(
    [...gpus.values()].map(({ driver }) =>
      driver === null ? null : files.read(`/sys/module/${driver}/version`),
    ),
  );
  return [...gpus.values()].map((gpu, index) => ({ ...gpu, driverVersion: versions[index] ?? null }));
}

/** `gpu@fb000000`, `fb000000.gpu`, `v3d@…`, `mali`: the number is an address. */
function isGpuNode(name: string): boolean {
  return /^(?:\w*gpu\w*|mali|v3d|vc4|g[avpm]\d+b)(?:@|$)/.test(name);
}

function isGpuDevice(name: string): boolean {
  return /(?:^|\.)(?:gpu|mali|v3d|g[avpm]\d+b|agx)\w*$|^gpu(?:\.|$)/.test(name);
}

function gpuOf(compatible: readonly string[], driver: string | null): Gpu | null {
  for (const [pattern, vendor, model] of names) {
    for (const one of compatible) {
      const match = pattern.exec(one.toLowerCase());
      if (match === null) continue;
      const detail = (match[1] ?? '').toUpperCase();
      return {
        vendor,
        model: model.replace('$1', detail),
        driver,
        driverVersion: null,
        // It shares the memory of the processor.
        memoryBytes: null,
        pciAddress: null,
        software: false,
      };
    }
  }
  return null;
}
