/** A compute pipeline of a calibration kernel, with an explicit layout: `auto` would not let equal ones be shared. */
import { checked, unlessLost } from '../measure/errors.ts';
import { computeStage } from '../measure/flags.ts';

export interface Compute {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** `bindings`: the types of the bindings 0, 1, … of group 0. @throws DeviceLost, or an `Error` where the WGSL is refused. */
export async function createCompute(
  device: GPUDevice,
  label: string,
  code: string,
  bindings: readonly GPUBufferBindingType[],
): Promise<Compute> {
  const layout = device.createBindGroupLayout({
    label,
    entries: bindings.map((type, binding) => ({ binding, visibility: computeStage, buffer: { type } })),
  });
  const module = await checked(device, `the WGSL of '${label}'`, () =>
    device.createShaderModule({ label, code }),
  );
  const pipeline = await unlessLost(
    device,
    device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main' },
    }),
  );
  return { pipeline, layout };
}

export function bindBuffers(
  device: GPUDevice,
  { layout }: Compute,
  resources: readonly GPUBufferBinding[],
): GPUBindGroup {
  return device.createBindGroup({
    layout,
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
}

/** What the device computed is not what was asked for: then no time of it is a ceiling. */
export class WorkNotProven extends Error {
  constructor(what: string, expected: number, found: number) {
    super(`${what} did not do the work that was timed: it gave ${found}, which should be ${expected}.`);
    this.name = 'WorkNotProven';
  }
}
