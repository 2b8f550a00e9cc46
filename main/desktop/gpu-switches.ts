/**
 * How Chromium is to be started for its WebGPU to be measured. They hold for the whole app, whose only pages are its own:
 * none of them touches the sandbox, the origin checks or the policy.
 */
import type { App } from 'electron';

const switches: readonly (readonly [name: string, value?: string])[] = [
  // On Linux there is no WebGPU for most GPUs without it, and nowhere what the standard still calls experimental.
  ['enable-unsafe-webgpu'],
  // The driver's name and version, and the GPU's.
  ['enable-webgpu-developer-features'],
  // Timestamps in nanoseconds; they go in steps of 65 µs else.
  ['disable-dawn-features', 'timestamp_quantization'],
  ['enable-dawn-features', 'vulkan_enable_f16_on_nvidia'],
  // A driver that dies costs one measurement; after the third time Chromium would give up GPUs for good.
  ['disable-gpu-process-crash-limit'],
];

/** Must run before the app is ready. */
export function switchGpuOn({ commandLine }: App): void {
  for (const [name, value] of switches) commandLine.appendSwitch(name, value);
}
