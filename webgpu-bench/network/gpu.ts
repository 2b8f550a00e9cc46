/** A device with what every network on it shares: compiled pipelines, limits, the clock that it is timed by. */
import { checked, DeviceLost, OutOfMemory, unlessLost } from '../measure/errors.ts';
import { bufferUsage, computeStage } from '../measure/flags.ts';
import type { Timer } from '../measure/repeat.ts';
import { maxDispatchNs } from '../measure/submit.ts';
import type { KernelSource } from '../wgsl/module.ts';
import type { MatrixUnits } from '../wgsl/subgroup-matrix.ts';
import type { WorkgroupLimits } from './workgroup-limits.ts';

export interface Compiled {
  readonly source: KernelSource;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

export interface GpuOptions {
  /** What the adapter has of them. */
  readonly matrices?: MatrixUnits | undefined;
  /** Of a dispatch that stays whole; without limit on a software adapter, else 50 ms. */
  readonly longestDispatchNs?: number;
}

/** More than a machine that compiles on its processor has cores for, and few enough to be heard when told to stop. */
const compilesAtOnce = 8;

export class Gpu {
  readonly device: GPUDevice;
  limits: WorkgroupLimits;
  readonly timer: Timer;
  /** What the adapter multiplies at once. Kernels use what `setMatrices` was told. */
  readonly matrices: MatrixUnits | undefined;
  /** SwiftShader and its like: no watchdog resets it, and no dispatch is too long for it. */
  readonly software: boolean;
  /** What takes longer is cut. */
  readonly longestDispatchNs: number;
  private readonly layouts = new Map<string, GPUBindGroupLayout>();
  private readonly pipelines = new Map<string, Promise<Compiled>>();
  /** Of the uniform `slice`, in group 1. */
  readonly sliceLayout: GPUBindGroupLayout;

  constructor(device: GPUDevice, timer: Timer, software: boolean, options: GpuOptions = {}) {
    const { matrices, longestDispatchNs = software ? Number.POSITIVE_INFINITY : maxDispatchNs } = options;
    this.device = device;
    this.sliceLayout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: computeStage, buffer: { type: 'uniform', hasDynamicOffset: true } },
      ],
    });
    this.timer = timer;
    this.matrices = matrices;
    this.software = software;
    this.longestDispatchNs = longestDispatchNs;
    this.limits = {
      workgroupBytes: device.limits.maxComputeWorkgroupStorageSize,
      invocations: device.limits.maxComputeInvocationsPerWorkgroup,
      quads: device.features.has('subgroups'),
      shortTexts: software,
    };
  }

  /** Kernels on these of the adapter's matrices are among the candidates from here on; at first on none. */
  setMatrices(configs: MatrixUnits['configs']): void {
    const { matrices } = this;
    const used = matrices === undefined || configs.length === 0 ? undefined : { ...matrices, configs };
    this.limits = { ...this.limits, matrices: used };
  }

  /** Compiled once for each text; the compiler runs in the driver, several at a time. */
  compile(source: KernelSource): Promise<Compiled> {
    return this.compileText(source, source.wgsl, []);
  }

  /**
   * Several at a time: they wait in a driver's compiler. `compiled` hears of each, and which share is done. Whoever asks for one that is refused
   * is told then: there may be others that do the same.
   * @throws DeviceLost, the signal's reason
   */
  async compileAll(
    sources: readonly KernelSource[],
    compiled: (fraction: number, source: KernelSource) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const waiting = [...new Map(sources.map((source) => [source.wgsl, source])).values()];
    const { length } = waiting;
    let done = 0;
    const compileNext = async () => {
      for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
        signal?.throwIfAborted();
        await this.compile(source).catch((error: unknown) => {
          if (error instanceof DeviceLost) throw error;
        });
        signal?.throwIfAborted();
        compiled(++done / length, source);
      }
    };
    try {
      await Promise.all(Array.from({ length: compilesAtOnce }, compileNext));
    } finally {
      // After a failure the others end as well.
      waiting.length = 0;
    }
  }

  /** The same for parts of its blocks. */
  compileSliced(source: KernelSource): Promise<Compiled> {
    return this.compileText(source, source.slicedWgsl(), [this.sliceLayout]);
  }

  private compileText(
    source: KernelSource,
    code: string,
    more: readonly GPUBindGroupLayout[],
  ): Promise<Compiled> {
    const known = this.pipelines.get(code);
    if (known !== undefined) return known;
    const compiled = this.create(source, code, more);
    this.pipelines.set(code, compiled);
    // A failure is told to whoever asked, and tried again for the next.
    compiled.catch(() => this.pipelines.delete(code));
    return compiled;
  }

  private async create(
    source: KernelSource,
    code: string,
    more: readonly GPUBindGroupLayout[],
  ): Promise<Compiled> {
    const { device } = this;
    const layout = this.layoutOf(source);
    const module = await checked(device, `the WGSL of '${source.implementation}'`, () =>
      device.createShaderModule({ code, label: source.implementation }),
    );
    const pipeline = await unlessLost(
      device,
      device.createComputePipelineAsync({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout, ...more] }),
        compute: { module, entryPoint: 'main' },
        label: source.implementation,
      }),
    );
    return { source, pipeline, layout };
  }

  /** Layouts by hand: with `auto` every pipeline would have its own, and no two would share compiled code. */
  private layoutOf({ bindings }: KernelSource): GPUBindGroupLayout {
    const key = bindings.map(({ access }) => access).join();
    const known = this.layouts.get(key);
    if (known !== undefined) return known;
    const layout = this.device.createBindGroupLayout({
      entries: bindings.map(({ access }, binding) => ({
        binding,
        visibility: computeStage,
        buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' } as const,
      })),
    });
    this.layouts.set(key, layout);
    return layout;
  }

  /** @throws OutOfMemory where the device says so, or where a tensor is larger than a binding may be; DeviceLost */
  async createBuffers(what: string, sizes: readonly number[]): Promise<GPUBuffer[]> {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    const largest = Math.max(0, ...sizes);
    const most = Math.min(maxStorageBufferBindingSize, maxBufferSize);
    if (largest > most) {
      throw new OutOfMemory(
        `One of the ${what} has ${mebibytes(largest)}, and this device takes ${mebibytes(most)} in one piece.`,
        largest,
      );
    }
    const usage = bufferUsage.storage | bufferUsage.copySource | bufferUsage.copyTarget;
    const buffers: GPUBuffer[] = [];
    try {
      await checked(
        this.device,
        `${mebibytes(sizes.reduce((sum, size) => sum + size, 0))} of ${what}`,
        () => {
          for (const size of sizes) {
            buffers.push(this.device.createBuffer({ label: what, size: Math.max(16, size), usage }));
          }
        },
      );
      return buffers;
    } catch (error) {
      for (const buffer of buffers) buffer.destroy();
      throw error;
    }
  }
}

const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
