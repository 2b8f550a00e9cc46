/** Devices of Dawn in Node for tests: the null backend compiles only; SwiftShader runs, and so does Mesa's lavapipe, with more features. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { create } from 'webgpu';

const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';
/** It has what SwiftShader lacks: floats of 16 bits, and from Mesa 26 on subgroup matrices. */
const lavapipe = [
  fileURLToPath(new URL('../../../build/lavapipe/icd.json', import.meta.url)),
  '/usr/share/vulkan/icd.d/lvp_icd.json',
  '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json',
].find((path) => existsSync(path));

const drivers = process.env.VK_ICD_FILENAMES;

/** Why nothing can be run here; undefined where it can. */
export const whyNoSoftwareAdapter: string | undefined =
  drivers !== undefined || existsSync(swiftshader)
    ? undefined
    : `skipped: there is no Vulkan driver named by VK_ICD_FILENAMES, and no ${swiftshader}`;

/** Of the drivers that are there by themselves; where VK_ICD_FILENAMES names one, every test gets that. */
const softwareOptions = [
  'backend=vulkan',
  'disable-dawn-features=timestamp_quantization',
  'enable-dawn-features=allow_unsafe_apis',
];
const named = (name: string) => (drivers === undefined ? [`adapter=${name}`] : []);

/** Dawn crashes where an instance is collected while a device of it lives: one of each kind, for the whole process. */
const instances = new Map<string, GPU>();

function instance(...options: readonly string[]): GPU {
  if (drivers === undefined) {
    process.env.VK_ICD_FILENAMES = [swiftshader, lavapipe ?? []].flat().join(':');
  }
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  // Lavapipe compiles a third faster without its optimiser, and computes the same.
  process.env.GALLIVM_PERF ??= 'nopt';
  const key = options.join(' ');
  const gpu = instances.get(key) ?? create([...options]);
  instances.set(key, gpu);
  return gpu;
}

/** A new one each time: an adapter gives one device and is spent. */
async function softwareAdapter(): Promise<GPUAdapter> {
  const adapter = await instance(...softwareOptions, ...named('SwiftShader')).requestAdapter();
  if (adapter === null) throw new Error('Dawn has no adapter here.');
  return adapter;
}

/** With the adapter's own size limits. The caller destroys it. */
export async function softwareDevice(
  features: readonly GPUFeatureName[] = ['timestamp-query'],
): Promise<GPUDevice> {
  return deviceOf(await softwareAdapter(), features);
}

/** With the limits that every adapter has, and no feature. */
export async function leastDevice(): Promise<GPUDevice> {
  return (await softwareAdapter()).requestDevice();
}

/** A software adapter with floats of 16 bits, or why there is none. A new one each time. */
export async function halfAdapter(): Promise<GPUAdapter | string> {
  const found = instance(...softwareOptions, ...named('llvmpipe')).requestAdapter();
  const adapter = await found.catch(() => null);
  return adapter?.features.has('shader-f16') === true
    ? adapter
    : 'skipped: no software adapter has floats of 16 bits, which Mesa’s lavapipe has from version 23 on';
}

/** Compiles WGSL of every feature and runs nothing. */
export async function nullDevice(): Promise<GPUDevice> {
  const gpu = instance('backend=null', 'enable-dawn-features=allow_unsafe_apis');
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('Dawn has no null backend.');
  return deviceOf(adapter, [
    'shader-f16',
    'subgroups',
    'timestamp-query',
    'subgroup-size-control' as GPUFeatureName,
    // Not yet in the types of WebGPU.
    'chromium-experimental-subgroup-matrix' as GPUFeatureName,
  ]);
}

async function deviceOf(
  adapter: GPUAdapter,
  requiredFeatures: readonly GPUFeatureName[],
): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  expectNoError(device);
  return device;
}

/** An error that nobody catches fails the test. */
export function expectNoError(device: GPUDevice): void {
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    throw new Error(`An error of WebGPU that nobody caught: ${event.error.message}`);
  });
}
