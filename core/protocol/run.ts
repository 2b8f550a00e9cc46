/**
 * What a run is: the machine as it was, its ceilings, and the measurements. These schemas hold for the store, for exported
 * files and for the app's API alike. `null` means looked for and not known; it is shown as unknown, never as zero.
 */
import { z } from 'zod';
import { blockKinds } from '../graph/graph.ts';
import { MarkSchema, RoundConditionsSchema, SetAsideSchema, SettlingSchema } from './conditions.ts';
import {
  CacheStateSchema,
  CalibrateResultSchema,
  DataTypeSchema,
  DescribeResultSchema,
  MemoryLevelSchema,
  PlanKindSchema,
  PredictionSchema,
  ProviderErrorSchema,
  VerifyResultSchema,
} from './provider.ts';

const text = z.string();
const maybeText = z.string().nullable();
const count = z.number().int().nonnegative();
const maybeCount = count.nullable();
const positive = z.number().positive();

// ------------------------------------------------------------------------------------------------------- environment

export const GpuSchema = z.object({
  vendor: maybeText,
  model: text,
  driver: maybeText,
  driverVersion: maybeText,
  memoryBytes: maybeCount,
  pciAddress: maybeText,
  /** A software adapter or a virtual display: shown as what it is, never ranked. */
  software: z.boolean(),
  /** PCI Express, at its narrowest place; absent if the system does not tell. `maximum`: what both ends can do there. */
  link: z
    .object({
      width: count.min(1),
      maximumWidth: count.min(1),
      /** An idle link lowers its own generation. Null if unknown. */
      generation: count.min(1).nullable(),
      maximumGeneration: count.min(1).nullable(),
    })
    .optional(),
});

export const CacheSchema = z.object({
  level: z.enum(['L1', 'L2', 'L3']),
  bytes: count,
  sharedBy: count,
});

/** Cores that are alike. */
export const CoreKindSchema = z.object({
  /** `P-cores`, `Cortex-A76`; null where nothing names them. */
  name: maybeText,
  cores: count,
  /** Online. */
  threads: count,
  /** That an affinity mask leaves to this process. */
  usableThreads: count,
  /** Their numbers, as `0-7,16`. */
  cpus: text,
  maximumClockHz: positive.nullable(),
  governor: maybeText,
  caches: z.array(CacheSchema),
});
export type CoreKind = z.infer<typeof CoreKindSchema>;

/** Everything that can change a figure, as it was when the run began. */
export const EnvironmentSchema = z.object({
  machine: z.object({
    /** Stays when the driver, the kernel or the clock change; another machine of the same kind has another. */
    id: text,
    /**
     * Of its kind: the same for all that are built alike. Equal to `id` where nothing told this one from them, as in most containers.
     * Absent in runs from before machines of one kind were told apart, of which this was the id.
     */
    modelId: text.optional(),
    /** What earlier versions called it, where that was another id. */
    formerIds: z.array(text).optional(),
    /** GPUs that it had in its last run and that are not there now: switched off, or unplugged. */
    missingGpus: z.array(text).optional(),
    /** What to call it until its owner gives it a name. */
    name: text,
    manufacturer: maybeText,
    product: maybeText,
  }),
  cpu: z.object({
    vendor: text,
    model: text,
    family: maybeText,
    stepping: maybeText,
    microcode: maybeText,
    physicalCores: count,
    logicalCores: count,
    /** What this process may use: an affinity mask or a container's quota can be less than the machine. */
    usableCores: count,
    maximumClockHz: z.number().positive().nullable(),
    instructionSets: z.array(text),
    /** Of the fastest cores that this process may use. */
    caches: z.array(CacheSchema),
    /** The fastest first. Absent where all are alike, and in runs from before they were told apart. */
    kinds: z.array(CoreKindSchema).min(2).optional(),
    /** Threads that were switched off; absent where none is. */
    offlineThreads: count.optional(),
  }),
  memory: z.object({
    totalBytes: count,
    availableBytes: count,
    type: maybeText,
    clockHz: z.number().positive().nullable(),
    /** Absent if the firmware's tables cannot be read. */
    modules: z
      .object({
        slots: count.min(1),
        filled: count.min(1),
        /** Channels with a module; null if the slots do not name them. */
        channels: count.min(1).nullable(),
        /** Transfers per second × width of all channels, in bytes per second; null if either is unknown. */
        bytesPerSecond: positive.nullable(),
      })
      .optional(),
  }),
  /** What a container, a service or a user may use of the machine; absent where there is no limit. */
  limits: z.object({ cpus: positive.nullable(), memoryBytes: count.nullable() }).optional(),
  gpus: z.array(GpuSchema),
  system: z.object({
    platform: text,
    distribution: text,
    release: text,
    kernel: text,
    architecture: text,
  }),
  firmware: z.object({ vendor: maybeText, version: maybeText, date: maybeText }),
  virtualization: z.object({
    /** KVM, VMware, Hyper-V …; null on bare metal or where it cannot be told. */
    hypervisor: maybeText,
    container: maybeText,
  }),
  power: z.object({
    source: z.enum(['mains', 'battery']).nullable(),
    governor: maybeText,
    profile: maybeText,
    /** Of Linux, which sets the clock: with `intel_pstate` and `amd-pstate-epp` the governor `powersave` is no fault. */
    scalingDriver: text.optional(),
    /** Of Linux: `performance`, `balance_performance`, `balance_power`, `power`. */
    energyPreference: text.optional(),
  }),
  software: z.object({ plimsoll: text, node: text }),
});
export type Environment = z.infer<typeof EnvironmentSchema>;
export type Gpu = z.infer<typeof GpuSchema>;

// ------------------------------------------------------------------------------------------------------- measurements

/** What is measured; two measurements may be compared only where all of this is equal. */
export const CaseSchema = z.object({
  model: text,
  imageSize: count,
  provider: text,
  device: text,
  plan: PlanKindSchema,
  dtype: DataTypeSchema,
  batch: count.min(1),
  threads: count.min(1),
  /** Absent: in-network, as in all runs from before there were others. */
  cacheState: CacheStateSchema.optional(),
});
export type Case = z.infer<typeof CaseSchema>;

/** Bytes that a kernel must move for one tensor, and how far back that tensor was last touched. */
export const TrafficSchema = z.object({
  kind: z.enum(['input', 'output', 'weights']),
  bytes: count,
  /** Distinct bytes touched since the last touch (input, weights) or until the next (output), its own included. */
  reuseDistanceBytes: count,
});
export type Traffic = z.infer<typeof TrafficSchema>;

export const MeasuredKernelSchema = z.object({
  name: text,
  block: text,
  blockKind: z.enum(blockKinds),
  operators: z.array(text),
  fused: z.boolean(),
  implementation: text,
  operations: count,
  traffic: z.array(TrafficSchema),
  /** Median, from the pass that times kernels one by one; null where that pass did not finish. */
  latencyNs: positive.nullable(),
  /** How the provider cut a block, and what it predicted; absent where it did neither, or did not yet. */
  schedule: text.optional(),
  prediction: PredictionSchema.optional(),
});
export type MeasuredKernel = z.infer<typeof MeasuredKernelSchema>;

export const MeasurementSchema = CaseSchema.extend({
  id: text,
  startedAt: z.iso.datetime(),
  instructionSet: text,
  outcome: z.discriminatedUnion('status', [
    z
      .object({
        status: z.literal('measured'),
        /** One a pass over the whole network, in order, all of them. */
        samplesNs: z.array(positive).min(1),
        /** How many of them each round gave, in order; absent in runs from before this was kept. */
        rounds: z.array(count.min(1)).min(1).optional(),
        /** One a round; absent in runs from before they were recorded. */
        conditions: z.array(RoundConditionsSchema).optional(),
        /** How often somebody looked at a comparison while it was measured on; absent where its rounds are those of its run. */
        looks: count.optional(),
        warmupPasses: count,
        timerResolutionNs: positive,
        kernels: z.array(MeasuredKernelSchema),
        verification: VerifyResultSchema,
      })
      .refine(
        ({ samplesNs, rounds }) =>
          rounds === undefined || rounds.reduce((sum, samples) => sum + samples, 0) === samplesNs.length,
        'The rounds do not add up to the samples.',
      ),
    /** The result was wrong, so nothing was timed. */
    z.object({ status: z.literal('incorrect'), verification: VerifyResultSchema }),
    z.object({ status: z.literal('failed'), reason: text, error: ProviderErrorSchema.nullable() }),
  ]),
});
export type Measurement = z.infer<typeof MeasurementSchema>;
export type MeasuredOutcome = Extract<Measurement['outcome'], { status: 'measured' }>;
export type MeasuredMeasurement = Measurement & { readonly outcome: MeasuredOutcome };

// --------------------------------------------------------------------------------------------------------------- run

export const runStatuses = ['running', 'finished', 'cancelled', 'interrupted', 'failed'] as const;
/**
 * running: its process is alive. finished: all of its cases were tried. cancelled: its user ended it. interrupted: its
 * process died. failed: it could not go on. What was measured is kept in every case.
 */
export const RunStatusSchema = z.enum(runStatuses);
export type RunStatus = z.infer<typeof RunStatusSchema>;

export const DeviceCalibrationSchema = z.object({
  description: DescribeResultSchema,
  calibration: CalibrateResultSchema.nullable(),
  /** Why there is no calibration. */
  reason: maybeText,
  /** How quiet the machine was before the run. */
  settling: SettlingSchema.optional(),
});
export type DeviceCalibration = z.infer<typeof DeviceCalibrationSchema>;

/** The same cases under two labels, in programs started anew: what separates them is noise. */
export const NoiseTestSchema = z.object({
  provider: text,
  startedAt: z.iso.datetime(),
  seconds: positive,
  cases: z.array(
    CaseSchema.extend({
      /** In order; two in succession are a pair. Of each, the samples of its rounds. */
      launches: z.array(
        z.object({ label: z.enum(['A', 'B']), rounds: z.array(z.array(positive).min(1)).min(1) }),
      ),
    }),
  ),
});
export type NoiseTest = z.infer<typeof NoiseTestSchema>;

export const RunSchema = z.object({
  id: text,
  suite: text,
  status: RunStatusSchema,
  /** Why it ended as it did, where that needs saying. */
  reason: maybeText,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  environment: EnvironmentSchema,
  providers: z.array(DeviceCalibrationSchema),
  measurements: z.array(MeasurementSchema),
  /** Of providers that had none in these surroundings before; absent where there was no such test. */
  noise: z.array(NoiseTestSchema).optional(),
});
export type Run = z.infer<typeof RunSchema>;

// ----------------------------------------------------------------------------------------------- what is shown of it

const TrialsSchema = z.object({ low: positive, high: positive });

/** The ceilings that a measurement is held against, and where each comes from. */
export const CeilingsSchema = z.object({
  provider: text,
  device: text,
  dtype: DataTypeSchema,
  /** What the kernels multiply in, which is what the peak is of. */
  multipliedIn: DataTypeSchema,
  threads: count,
  peakOperationsPerSecond: positive,
  /** Lower quartile and best of the trials of the peak; absent if they were not kept. */
  peakTrials: TrialsSchema.optional(),
  instructionSet: text,
  theoreticalOperationsPerSecond: positive.nullable(),
  /** Sustained bandwidth of each level, the best of the accesses measured. */
  levels: z.array(
    z.object({
      level: MemoryLevelSchema,
      bytesPerSecond: positive,
      /** What it holds for all threads together; null for DRAM. */
      capacityBytes: z.number().positive().nullable(),
      trials: TrialsSchema.optional(),
    }),
  ),
});
export type Ceilings = z.infer<typeof CeilingsSchema>;

/** One row of the efficiency-gap table; scripts rely on these names. */
/** What the machine does when it is left alone, with its 95% interval. */
export const UndisturbedSchema = z.object({ estimate: positive, low: positive, high: positive });

export const MeasurementSummarySchema = z.object({
  id: text,
  model: text,
  family: text,
  imageSize: count,
  provider: text,
  device: text,
  plan: PlanKindSchema,
  dtype: DataTypeSchema,
  batch: count,
  threads: count,
  cacheState: CacheStateSchema.optional(),
  instructionSet: text,
  /** The median of all samples that count and its 95% confidence interval, between rounds where their borders are known. */
  latencyNs: z.object({ median: positive, low: positive, high: positive }),
  /** The lower quartile over rounds of their 10th percentiles. */
  undisturbedNs: UndisturbedSchema,
  /** That count. */
  samples: count,
  /** By Tukey's fences, of those that count; they count as well. */
  outliers: z.object({ mild: count, severe: count }),
  /** Rounds that were disturbed. */
  setAside: z.array(SetAsideSchema),
  operations: count,
  idealLatencyNs: positive,
  /** Every tensor charged to the smallest memory level that can hold it. */
  waterlineLatencyNs: positive,
  /** Every tensor charged to DRAM, as the paper does. */
  dramWaterlineLatencyNs: positive,
  /** Ideal ÷ undisturbed latency: the ceilings are what was reached at best, so is this. */
  efficiency: positive,
  /** Latency ÷ ideal latency = memory gap × kernel gap × disturbance. */
  gap: positive,
  memoryGap: positive,
  /** Undisturbed latency ÷ waterline. */
  kernelGap: positive,
  /** Latency ÷ undisturbed latency: what other work on the machine costs. */
  disturbance: positive,
  verified: z.boolean(),
  /** Mistrusted: its result is right, but the check of it proves little; the mark `mistrusted` says why. */
  trust: z.enum(['trusted', 'mistrusted']),
  /** Published ImageNet top-1 in percent, where there is one for this model at this size. */
  top1: z.number().nullable(),
  top1Source: maybeText,
  /** Says what of the model is a reconstruction. */
  reconstruction: maybeText,
  marks: z.array(MarkSchema),
  /** The sentences of the marks that are warnings. */
  alarms: z.array(text),
});
export type MeasurementSummary = z.infer<typeof MeasurementSummarySchema>;

/** A case that gave no figure, and why. */
export const LostMeasurementSchema = CaseSchema.extend({
  id: text,
  status: z.enum(['incorrect', 'failed']),
  reason: text,
});

export const RunSummarySchema = z.object({
  id: text,
  suite: text,
  status: RunStatusSchema,
  reason: maybeText,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  /** Of the machine as it is shown: merged, and by its label where it has one. */
  machineId: text,
  machineName: text,
  cpu: text,
  measured: count,
  lost: count,
  /** Absent for those that are not deleted. */
  deletedAt: z.iso.datetime().optional(),
  /** Why what is stored of it cannot be read; such a run can only be deleted. Absent for all others. */
  unreadable: text.optional(),
});
export type RunSummary = z.infer<typeof RunSummarySchema>;

/** A run as the table, the plot and `profile --json` show it. */
export const RunReportSchema = z.object({
  run: RunSummarySchema,
  machine: EnvironmentSchema,
  providers: z.array(DeviceCalibrationSchema),
  ceilings: z.array(CeilingsSchema),
  measurements: z.array(MeasurementSummarySchema),
  lost: z.array(LostMeasurementSchema),
});
export type RunReport = z.infer<typeof RunReportSchema>;

/** Kernel by kernel. */
export const KernelSummarySchema = MeasuredKernelSchema.extend({
  idealNs: z.number().nonnegative(),
  /** The shortest time that the kernel could take on this machine. */
  waterlineNs: z.number().nonnegative(),
  /** What sets that time. */
  limit: z.union([z.literal('arithmetic'), MemoryLevelSchema]),
});
export type KernelSummary = z.infer<typeof KernelSummarySchema>;

export const MeasurementDetailSchema = z.object({
  summary: MeasurementSummarySchema,
  /** All of them, those of rounds that were set aside too. */
  samplesNs: z.array(positive),
  rounds: z.array(count).optional(),
  conditions: z.array(RoundConditionsSchema).optional(),
  kernels: z.array(KernelSummarySchema),
  verification: VerifyResultSchema,
});
export type MeasurementDetail = z.infer<typeof MeasurementDetailSchema>;

/** The version of an exported file; a reader refuses a newer one. */
export const bundleVersion = 1;
export const BundleSchema = z.object({
  format: z.literal('plimsoll-run'),
  version: z.literal(bundleVersion),
  exportedAt: z.iso.datetime(),
  run: RunSchema,
});
