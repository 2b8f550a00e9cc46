/**
 * The provider protocol. A provider is a child process: one JSON object a line in on stdin, one a line out on stdout,
 * its log on stderr; or a page that gets and gives the same lines (bench-page.ts). Every request carries an `id`; every
 * answer and event carries the same one. Sizes and times are SI units in the name. docs/provider-protocol.md is the prose.
 */
import { z } from 'zod';
import { activationFunctions, blockKinds } from '../graph/graph.ts';
import { dataTypes, planKinds } from '../graph/plan.ts';
import { stopReasons } from '../statistics/stopping.ts';
import { GpuClockSchema } from './conditions.ts';

/** Raised when a provider of the old number can no longer be understood. */
export const providerProtocolVersion = 1;

const count = z.number().int().nonnegative();
const positive = z.number().positive();

export const DataTypeSchema = z.enum(dataTypes);
export const PlanKindSchema = z.enum(planKinds);

export const memoryLevels = ['L1', 'L2', 'L3', 'DRAM'] as const;
export const MemoryLevelSchema = z.enum(memoryLevels);
export type MemoryLevel = z.infer<typeof MemoryLevelSchema>;

export const cacheStates = ['in-network', 'hot', 'all-cold'] as const;
/**
 * What the caches hold when a pass begins. in-network: what the pass before left. hot: each kernel ran just before on the same
 * data; a sample is the sum of all kernels. all-cold: nothing of the network, for something else was read before each pass.
 */
export const CacheStateSchema = z.enum(cacheStates);
export type CacheState = z.infer<typeof CacheStateSchema>;

const padding = z.object({ top: count, left: count, bottom: count, right: count });
const shape = z.object({ height: count, width: count, channels: count });
const parameterBounds = z.object({
  weights: z.number(),
  biases: z.number(),
  secondWeights: z.number().optional(),
  secondBiases: z.number().optional(),
});
const operatorBase = {
  id: count,
  name: z.string(),
  block: count,
  inputs: z.array(count),
  output: shape,
  /** Half-widths of the uniform distributions of its parameters; streams as in random.ts. */
  parameterBounds: parameterBounds.optional(),
  /** Learned, where they are not as many as the kind has. */
  parameters: count.optional(),
};

/** The graph as it travels to a provider: `core/graph/graph.ts` with the parameters' distributions. */
export const WireGraphSchema = z.object({
  name: z.string(),
  inputBound: z.number(),
  blocks: z.array(z.object({ name: z.string(), kind: z.enum(blockKinds) })),
  operators: z.array(
    z.discriminatedUnion('kind', [
      z.object({ ...operatorBase, kind: z.literal('input') }),
      z.object({
        ...operatorBase,
        kind: z.literal('conv2d'),
        inChannels: count,
        outChannels: count,
        kernelHeight: count,
        kernelWidth: count,
        stride: count,
        padding,
        groups: count,
        bias: z.boolean(),
        batchNorm: z.boolean(),
        layerScale: z.boolean(),
        scaleOnly: z.literal(true).optional(),
      }),
      z.object({
        ...operatorBase,
        kind: z.literal('linear'),
        inFeatures: count,
        outFeatures: count,
        bias: z.boolean(),
      }),
      z.object({
        ...operatorBase,
        kind: z.enum(['maxPool', 'averagePool']),
        kernelSize: count,
        stride: count,
        padding,
      }),
      z.object({ ...operatorBase, kind: z.literal('globalAveragePool') }),
      z.object({ ...operatorBase, kind: z.literal('blurPool') }),
      z.object({ ...operatorBase, kind: z.literal('activation'), function: z.enum(activationFunctions) }),
      z.object({ ...operatorBase, kind: z.literal('add') }),
      z.object({ ...operatorBase, kind: z.literal('concat') }),
      z.object({ ...operatorBase, kind: z.literal('layerNorm'), epsilon: z.number() }),
      z.object({
        ...operatorBase,
        kind: z.literal('squeezeExcite'),
        squeezeChannels: count,
        innerActivation: z.enum(activationFunctions),
        gate: z.enum(['sigmoid', 'hardSigmoid']),
      }),
    ]),
  ),
});
export type WireGraph = z.infer<typeof WireGraphSchema>;

const wireKernel = z.object({
  name: z.string(),
  block: count,
  operators: z.array(count).min(1),
  fused: z.boolean(),
});

// ---------------------------------------------------------------------------------------------------------- requests

/**
 * Which of the codes that compute the same was fastest on this device, by what the provider calls the choice. What `prepare` answers is given to
 * it again the next time, and it need not try again.
 */
const TuningSchema = z.record(z.string(), count);
export type Tuning = z.infer<typeof TuningSchema>;

/**
 * One choice of `Tuning`: a provider may try what could end it with the first network of a type, and then answers 1 under this key, or
 * `failedTrial`. Where it ends before it has ever answered, the caller notes that, and it is not tried again.
 */
export const trialOf = (dtype: z.infer<typeof DataTypeSchema>) => `trial ${dtype}`;
export const failedTrial = 0;

export const ProviderRequestSchema = z.discriminatedUnion('method', [
  z.object({ id: count, method: z.literal('describe') }),
  z.object({
    id: count,
    method: z.literal('calibrate'),
    /** Seconds that each ceiling is measured for; the provider's default when absent. */
    secondsPerCeiling: positive.optional(),
    /** Arithmetic alone, which takes a moment; a provider may answer everything all the same. */
    only: z.enum(['arithmetic']).optional(),
  }),
  z.object({
    id: count,
    method: z.literal('prepare'),
    graph: WireGraphSchema,
    plan: PlanKindSchema,
    kernels: z.array(wireKernel),
    dtype: DataTypeSchema,
    batch: count.min(1),
    threads: count.min(1),
    seed: count,
    /** An instruction set of `describe`; the best one when absent. */
    instructionSet: z.string().optional(),
    /** Measured for so many threads; a provider that plans its fused kernels by them predicts their times. */
    ceilings: z
      .object({
        operationsPerSecond: positive,
        levels: z.array(z.object({ level: MemoryLevelSchema, bytesPerSecond: positive })),
      })
      .optional(),
    tuning: TuningSchema.optional(),
  }),
  z.object({ id: count, method: z.literal('verify'), handle: count }),
  z.object({
    id: count,
    method: z.literal('measure'),
    handle: count,
    warmupSeconds: z.number().nonnegative(),
    /** The warm-up goes on until passes no longer become faster, but no longer than this; absent: it ends by time alone. */
    warmupMaxSeconds: z.number().nonnegative().optional(),
    minSeconds: positive,
    minSamples: count.min(1),
    maxSeconds: positive,
    /** Half the interval of the median over it: where that is reached, or no longer falls, it ends before `maxSeconds`. */
    noiseTarget: positive.optional(),
    /** Absent: `in-network`. */
    cacheState: CacheStateSchema.optional(),
    /** Which loop of `calibrate` to run in short bursts between the samples. */
    arithmetic: z.object({ dtype: DataTypeSchema, instructionSet: z.string() }).optional(),
  }),
  z.object({
    id: count,
    method: z.literal('profile'),
    handle: count,
    repetitions: count.min(1),
    cacheState: CacheStateSchema.optional(),
  }),
  z.object({ id: count, method: z.literal('release'), handle: count }),
  /** Ends the request `target` early; that one answers with the error `cancelled`. */
  z.object({ id: count, method: z.literal('cancel'), target: count }),
  z.object({ id: count, method: z.literal('shutdown') }),
]);
export type ProviderRequest = z.infer<typeof ProviderRequestSchema>;
export type ProviderMethod = ProviderRequest['method'];

// ----------------------------------------------------------------------------------------------------------- answers

export const DescribeResultSchema = z.object({
  protocol: z.literal(providerProtocolVersion),
  provider: z.string(),
  version: z.string(),
  /** Compiler, libraries and what else decides speed, by name. */
  libraries: z.record(z.string(), z.string()),
  /** The first is the one that is used. None is an answer too, and then `reason` says why. */
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['cpu', 'gpu']),
      name: z.string(),
      vendor: z.string().optional(),
      /** True for SwiftShader, llvmpipe and the like: never ranked as a GPU. */
      software: z.boolean(),
      physicalCores: count.optional(),
      threads: count,
      /** What the CPU and the operating system both support, best first. */
      instructionSets: z.array(z.string()),
      caches: z.array(
        z.object({
          level: z.enum(['L1', 'L2', 'L3']),
          bytes: count,
          /** Threads that share one instance. */
          sharedBy: count,
        }),
      ),
      hypervisor: z.string().optional(),
      /** Of a GPU: the driver and its version, and the interface that it is reached by. */
      driver: z.string().optional(),
      backend: z.string().optional(),
    }),
  ),
  /** Why there is no device. */
  reason: z.string().optional(),
  dataTypes: z.array(DataTypeSchema),
  /** What a data type is multiplied in, where the kernels always widen it: bf16 is fp32 without fast instructions of its own. */
  multipliedIn: z.partialRecord(DataTypeSchema, DataTypeSchema).optional(),
  operators: z.array(z.string()),
  plans: z.array(PlanKindSchema),
  /** Kinds of block that the fused plan has a kernel for. */
  fusableBlocks: z.array(z.enum(blockKinds)),
});
export type ProviderDescription = z.infer<typeof DescribeResultSchema>;

export const ArithmeticCeilingSchema = z.object({
  dtype: DataTypeSchema,
  /** For example `avx512`, `amx-bf16`. */
  instructionSet: z.string(),
  threads: count,
  operationsPerSecond: positive,
  /** Operations a cycle of all these threads x the clock measured beside it; absent where no clock could be measured. */
  theoreticalOperationsPerSecond: positive.optional(),
  clockHz: positive.optional(),
  /** Of a line of the cache between its first thread and the farthest of the others, the least that was seen. */
  roundTripNs: positive.optional(),
  /** Every trial, in order: the ceiling is the best of them. Both clock and round trip were taken just after it. */
  samples: z
    .array(
      z.object({
        operationsPerSecond: positive,
        clockHz: positive.optional(),
        roundTripNs: positive.optional(),
      }),
    )
    .min(1)
    .optional(),
});
export type ArithmeticCeiling = z.infer<typeof ArithmeticCeilingSchema>;

const bandwidthAccess = z.enum(['read', 'write', 'copy', 'triad']);

export const BandwidthCeilingSchema = z.object({
  level: MemoryLevelSchema,
  access: bandwidthAccess,
  threads: count,
  /** All arrays together, over all threads. */
  workingSetBytes: count,
  /** Bytes that the program asked for; a write-allocate read is not counted (as STREAM counts). */
  bytesPerSecond: positive,
  /** What this level holds, where that was inferred from a sweep of working sets and not described by the device. */
  capacityBytes: count.optional(),
  /**
   * Every trial, in order: the ceiling is the best of them. The round trip, just after it, tells where the threads were: under two L3 caches, a
   * few times as far from each other as under one, they may have two ways to DRAM, and up to twice the bandwidth.
   */
  samples: z
    .array(z.object({ bytesPerSecond: positive, roundTripNs: positive.optional() }))
    .min(1)
    .optional(),
  /** How much of a working set in DRAM the system gave as huge pages. */
  hugePageBytes: count.optional(),
});
export type BandwidthCeiling = z.infer<typeof BandwidthCeilingSchema>;

export const CalibrateResultSchema = z.object({
  device: z.string(),
  arithmetic: z.array(ArithmeticCeilingSchema).min(1),
  /** Empty only where arithmetic alone was asked for. */
  bandwidth: z.array(BandwidthCeilingSchema),
  /** Every size that was tried, where the levels were inferred from a sweep. */
  bandwidthSweep: z
    .array(z.object({ access: bandwidthAccess, workingSetBytes: count, bytesPerSecond: positive }))
    .optional(),
  /** From one launch to the next, of a kernel that does nothing. */
  dispatchOverheadNs: positive.optional(),
  /** The clock that these were taken by, and the steps that it goes in. */
  timer: z.object({ quantumNs: positive, source: z.enum(['timestamp', 'wall']) }).optional(),
});
export type Calibration = z.infer<typeof CalibrateResultSchema>;

/** What a kernel should take by the ceilings that `prepare` was told: the sum of its parts, for it hides nothing. */
export const PredictionSchema = z.object({
  timeNs: positive,
  arithmeticNs: z.number().nonnegative(),
  /** Activations, norms, filters. */
  pointwiseNs: z.number().nonnegative(),
  levels: z.array(z.object({ level: MemoryLevelSchema, bytes: count, timeNs: z.number().nonnegative() })),
});

export const PreparedKernelSchema = z.object({
  name: z.string(),
  /** Which code runs, for example `conv2d.pointwise.avx512`. */
  implementation: z.string(),
  operations: count,
  inputBytes: count,
  outputBytes: count,
  weightBytes: count,
  workspaceBytes: count,
  /** How a block is cut into pieces that fit the caches, and why; for people. */
  schedule: z.string().optional(),
  prediction: PredictionSchema.optional(),
});

export const PrepareResultSchema = z.object({
  handle: count,
  instructionSet: z.string(),
  kernels: z.array(PreparedKernelSchema),
  /** Activations, planned by lifetime. */
  activationBytes: count,
  weightBytes: count,
  /** What was found out by trying just now. */
  tuning: TuningSchema.optional(),
});
export type Prepared = z.infer<typeof PrepareResultSchema>;

export const VerifyResultSchema = z.object({
  passed: z.boolean(),
  kernels: z.array(
    z.object({
      name: z.string(),
      passed: z.boolean(),
      /** |computed - reference|_2 / |reference|_2, the reference accumulated in fp64 on the kernel's own inputs. */
      relativeL2Error: z.number().nonnegative(),
      /**
       * The largest |computed - reference| of one element, over the root mean square of the reference, or over the element itself where
       * that is larger: rounding is off by a share of what it rounds.
       */
      maxError: z.number().nonnegative(),
      tolerance: positive,
    }),
  ),
  /** Of the network's last tensor: evidence that the check proves something. */
  output: z.object({
    mean: z.number(),
    standardDeviation: z.number(),
    zeroFraction: z.number(),
    /** The first values of the first image. */
    values: z.array(z.number()),
  }),
});
export type Verification = z.infer<typeof VerifyResultSchema>;

export const MeasureResultSchema = z.object({
  /** One a pass over the whole network, or the mean of `passesPerSample`, in order. */
  latencyNs: z.array(positive).min(1),
  warmupPasses: count,
  timerResolutionNs: positive,
  /** Of reading the clock once. */
  timerOverheadNs: z.number().nonnegative().optional(),
  passesPerSample: count.min(1).optional(),
  /** Whether the last passes of the warm-up took as long as those before them. */
  warm: z.boolean().optional(),
  stopped: z.enum(stopReasons).optional(),
  /** Where a GPU's time stamps are the figure. */
  gpuClock: GpuClockSchema.optional(),
  /** Of the core that leads the team, just before the first sample and just after the last. */
  clockHz: z.object({ before: positive, after: positive }).optional(),
  /** Bursts of the loop that was asked for, between the samples, over all threads; and beside them how far the threads are from each other. */
  arithmetic: z
    .object({
      operationsPerSecond: z.array(positive).min(1),
      roundTripNs: z.array(positive).optional(),
    })
    .optional(),
  /** Of this process while samples were taken. */
  pageFaults: z.object({ minor: count, major: count }).optional(),
  /** Of this process: anonymous memory, and how much of it the system gave as huge pages. */
  memory: z.object({ anonymousBytes: count, hugePageBytes: count }).optional(),
});
export type MeasureResult = z.infer<typeof MeasureResultSchema>;

export const ProfileResultSchema = z.object({
  /** Median time of each kernel, in the order of `prepare`. */
  kernels: z.array(z.object({ name: z.string(), latencyNs: positive })),
  /** Median of the passes that these came from. */
  totalLatencyNs: positive,
});
export type ProfileResult = z.infer<typeof ProfileResultSchema>;

const Empty = z.object({});

/** What each method answers. */
export const providerResults = {
  describe: DescribeResultSchema,
  calibrate: CalibrateResultSchema,
  prepare: PrepareResultSchema,
  verify: VerifyResultSchema,
  measure: MeasureResultSchema,
  profile: ProfileResultSchema,
  release: Empty,
  cancel: Empty,
  shutdown: Empty,
} as const satisfies Record<ProviderMethod, z.ZodType>;

export const ProviderErrorSchema = z.object({
  code: z.enum([
    /** The line was no JSON, or no request of this protocol. */
    'badRequest',
    /** The graph, data type, plan or instruction set is not supported here. */
    'unsupported',
    'unknownHandle',
    'outOfMemory',
    'cancelled',
    'internal',
  ]),
  message: z.string(),
  detail: z.string().optional(),
});
export type ProviderError = z.infer<typeof ProviderErrorSchema>;

/** One line of a provider's stdout. */
export const ProviderMessageSchema = z.union([
  z.object({ id: count, result: z.unknown() }),
  /** `id` is null where the request could not be read. */
  z.object({ id: count.nullable(), error: ProviderErrorSchema }),
  z.object({
    id: count,
    event: z.literal('progress'),
    /** Share of the request that is done, 0 to 1. */
    fraction: z.number().min(0).max(1),
    note: z.string().optional(),
  }),
]);
