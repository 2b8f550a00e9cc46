/** Devices of Dawn in Node for tests: the null backend compiles only, SwiftShader runs. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { create } from 'webgpu';

const icd = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** Why nothing can be run here; undefined where it can. */
export const whyNoSoftwareAdapter: string | undefined =
  process.env.VK_ICD_FILENAMES !== undefined || existsSync(icd)
    ? undefined
    : `skipped: there is no Vulkan driver named by VK_ICD_FILENAMES, and no ${icd}`;

const softwareOptions = ['backend=vulkan', 'disable-dawn-features=timestamp_quantization'];

/** Dawn crashes where an instance is collected while a device of it lives: one of each kind, for the whole process. */
const instances = new Map<string, GPU>();

function instance(...options: readonly string[]): GPU {
  const key = options.join(' ');
  const gpu = instances.get(key) ?? create([...options]);
  instances.set(key, gpu);
  return gpu;
}

/** With the adapter's own size limits. The caller destroys it. */
export async function softwareDevice(
  features: readonly GPUFeatureName[] = ['timestamp-query'],
): Promise<GPUDevice> {
  process.env.VK_ICD_FILENAMES ??= icd;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  return deviceOf(instance(...softwareOptions), features);
}

/** With the limits that every adapter has, and no feature. */
export async function leastDevice(): Promise<GPUDevice> {
  process.env.VK_ICD_FILENAMES ??= icd;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
  const adapter = await instance(...softwareOptions).requestAdapter();
  if (adapter === null) throw new Error('Dawn has no adapter here.');
  return adapter.requestDevice();
}

/** Compiles WGSL of every feature and runs nothing. */
export async function nullDevice(): Promise<GPUDevice> {
  return deviceOf(instance('backend=null', 'enable-dawn-features=allow_unsafe_apis'), [
    'shader-f16',
    'subgroups',
    'timestamp-query',
    // Not yet in the types of WebGPU.
    'chromium-experimental-subgroup-matrix' as GPUFeatureName,
  ]);
}

async function deviceOf(gpu: GPU, requiredFeatures: readonly GPUFeatureName[]): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('Dawn has no adapter here.');
  const { maxBufferSize, maxStorageBufferBindingSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredFeatures,
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize },
  });
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault();
    throw new Error(`An error of WebGPU that nobody caught: ${event.error.message}`);
  });
  return device;
}
