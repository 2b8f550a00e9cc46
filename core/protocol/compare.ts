/** What a comparison of two runs, and the history of many, are shown with; `--json` prints them under these names. */
import { z } from 'zod';
import { CacheStateSchema, DataTypeSchema, MemoryLevelSchema, PlanKindSchema } from './provider.ts';
import { CaseSchema, RunSummarySchema, UndisturbedSchema } from './run.ts';

const text = z.string();
const count = z.number().int().nonnegative();
const positive = z.number().positive();
const fraction = z.number().nonnegative();

export const verdicts = ['BETTER', 'WORSE', 'SAME', 'UNCLEAR'] as const;
/** Of the undisturbed latency after against that before. SAME: shown to differ by less than 5%. UNCLEAR: nothing was shown. */
export const VerdictSchema = z.enum(verdicts);
export type Verdict = z.infer<typeof VerdictSchema>;

/** How far equal runs lie apart, as a fraction, from this machine's own data. */
export const NoiseFloorSchema = z.object({
  /** The smallest change that counts as real. */
  threshold: fraction,
  /** What equal runs stay within 99 times in 100, from runs in equal surroundings or an A/A test; null where there is neither. */
  betweenRuns: fraction.nullable(),
  /** How many pairs of successive runs that is from; 0 where it is from none. */
  runPairs: count,
  /** How many pairs of an A/A test that is from; 0 where it is from none. */
  testPairs: count,
  /** Where it comes from, for people. */
  origin: text,
});
export type NoiseFloor = z.infer<typeof NoiseFloorSchema>;

export const EnvironmentDifferenceSchema = z.object({
  what: text,
  before: text.nullable(),
  after: text.nullable(),
});
export type EnvironmentDifference = z.infer<typeof EnvironmentDifferenceSchema>;

/** A run, or only what one provider gave in it, one plan, one data type, or so many threads. */
export const CompareSideSchema = z.object({
  runId: text,
  provider: text.optional(),
  plan: PlanKindSchema.optional(),
  dtype: DataTypeSchema.optional(),
  threads: count.min(1).optional(),
});
export type CompareSide = z.infer<typeof CompareSideSchema>;

/** What a side may name. */
export const partFields = ['provider', 'plan', 'dtype', 'threads'] as const satisfies (keyof CompareSide)[];
export type PartField = (typeof partFields)[number];

/** What both sides name is what is compared, and need not be equal. */
export const CompareRequestSchema = z.object({
  before: CompareSideSchema,
  after: CompareSideSchema,
  /** SAME: the whole interval lies within this fraction; default: 5%. */
  margin: z.number().min(0.001).max(0.5).optional(),
});

/** The margin that is measured on for, where none is asked for. */
export const decideWithin = 0.03;

export const DecideRequestSchema = CompareRequestSchema.extend({
  margin: z.number().min(0.001).max(0.5).default(decideWithin),
  budgetSeconds: z.number().positive().max(86_400).default(300),
  settleSeconds: z.number().nonnegative().max(3600).optional(),
});

/** What measuring on would come to. */
export const DecidePlanSchema = z.object({
  /** Rows without a verdict at this margin. */
  unclear: count,
  /** Those of them that more rounds may give one, and how long that takes by the forecast. */
  settleable: count,
  seconds: fraction,
  /** What is measured on, and what stays as it is; or why nothing can be. */
  explanation: text,
});
export type DecidePlan = z.infer<typeof DecidePlanSchema>;

const IntervalSchema = z.object({ median: positive, low: positive, high: positive });
/** After over before, with its 95% interval: below 1 is faster. */
const EffectSchema = z.object({ ratio: positive, low: positive, high: positive });

/** What would settle an UNCLEAR. */
export const SettlingSchema = z.object({
  /** So many rounds on each side would do; null where more of them would not. */
  rounds: count.nullable(),
  /** What those rounds take on both sides together, beyond those that there are; null where it is not known. */
  seconds: fraction.nullable(),
  /** What to do otherwise; null where rounds are enough. */
  action: text.nullable(),
});
export type Settling = z.infer<typeof SettlingSchema>;

const ComparedFigureSchema = z.object({
  measurementId: text,
  provider: text,
  device: text,
  plan: PlanKindSchema,
  dtype: DataTypeSchema,
  threads: count.min(1),
  instructionSet: text,
  latencyNs: IntervalSchema,
  undisturbedNs: UndisturbedSchema,
  /** Null where there are too few samples for it. */
  p90Ns: positive.nullable(),
  samples: count,
  /** 1 where the borders of its rounds were not kept. */
  rounds: count,
  /** By Tukey's fences; all of them count as samples like the others. */
  outliers: z.object({ mild: count, severe: count }),
});
export type ComparedFigure = z.infer<typeof ComparedFigureSchema>;

/** Of which only one median is stored a run: without a verdict. */
const ComparedPartSchema = z.object({
  name: text,
  beforeNs: positive,
  afterNs: positive,
  /** After over before. */
  ratio: positive,
});
export type ComparedPart = z.infer<typeof ComparedPartSchema>;

export const ComparedRowSchema = CaseSchema.pick({
  model: true,
  imageSize: true,
  batch: true,
  cacheState: true,
}).extend({
  before: ComparedFigureSchema,
  after: ComparedFigureSchema,
  verdict: VerdictSchema,
  /** Of the undisturbed latency. */
  effect: EffectSchema,
  /** Of the latency: between medians of rounds; with fewer than four on a side, by the bootstrap. */
  latencyEffect: EffectSchema,
  /** Whether other work took more of the latency after than before; null where that does not differ by more than the threshold. */
  disturbance: z.enum(['more', 'less']).nullable(),
  /** The smallest true change that would have been shown 95 times in 100; null where there are too few rounds. */
  detectableChange: fraction.nullable(),
  /** Two-sided, after allowing for all the rows of this comparison; null where there are too few rounds for a test. */
  p: z.number().min(0).max(1).nullable(),
  floor: NoiseFloorSchema,
  reason: text,
  /** Null but for UNCLEAR. */
  settling: SettlingSchema.nullable(),
});
export type ComparedRow = z.infer<typeof ComparedRowSchema>;

/** One row, part by part; asked for by itself, for it is the most of a comparison. */
export const ComparedPartsRequestSchema = z.object({
  beforeMeasurementId: text,
  afterMeasurementId: text,
});
export const ComparedPartsSchema = z.object({
  kernels: z.array(ComparedPartSchema.extend({ block: text })),
  blocks: z.array(ComparedPartSchema),
});
export type ComparedParts = z.infer<typeof ComparedPartsSchema>;

/** A case of one side that has nothing to be compared with, and why. */
export const UnmatchedSchema = CaseSchema.extend({ side: z.enum(['before', 'after']), reason: text });
export type Unmatched = z.infer<typeof UnmatchedSchema>;

export const ComparisonSchema = z.object({
  before: CompareSideSchema.extend({ run: RunSummarySchema }),
  after: CompareSideSchema.extend({ run: RunSummarySchema }),
  counts: z.object({ better: count, worse: count, same: count, unclear: count }),
  rows: z.array(ComparedRowSchema),
  /** Ceilings that moved by 10% and more: efficiencies and waterlines rest on them. */
  ceilings: z.array(
    z.object({
      /** `DRAM bandwidth`, `fp32 peak`, with provider and device. */
      what: text,
      /** Null for arithmetic. */
      level: MemoryLevelSchema.nullable(),
      /** Operations or bytes per second. */
      before: positive,
      after: positive,
      ratio: positive,
    }),
  ),
  unmatched: z.array(UnmatchedSchema),
  /** Candidate causes. */
  differences: z.array(EnvironmentDifferenceSchema),
});
export type Comparison = z.infer<typeof ComparisonSchema>;

// ------------------------------------------------------------------------------------------------------------ history

export const HistoryRequestSchema = z.object({
  machineId: text.optional(),
  model: text.optional(),
  imageSize: count.min(1).optional(),
  provider: text.optional(),
  device: text.optional(),
  plan: PlanKindSchema.optional(),
  dtype: DataTypeSchema.optional(),
  cacheState: CacheStateSchema.optional(),
  batch: count.min(1).optional(),
  threads: count.min(1).optional(),
  /** The newest so many runs. */
  limit: count.min(1).max(1000).default(200),
});
export type HistoryRequest = z.input<typeof HistoryRequestSchema>;

/** What has a history: one case on one machine. */
export const HistoryHeadSchema = CaseSchema.extend({
  machineId: text,
  machineName: text,
  /** In so many runs. */
  runs: count.min(1),
});
export type HistoryHead = z.infer<typeof HistoryHeadSchema>;

const HistoryPointSchema = z.object({
  runId: text,
  measurementId: text,
  startedAt: z.iso.datetime(),
  latencyNs: IntervalSchema,
  undisturbedNs: UndisturbedSchema,
  /** Against the ceilings of its own run; null where those were not measured. */
  efficiency: positive.nullable(),
});

const HistoryMarkSchema = z.object({
  machineId: text,
  /** The first run in the new surroundings. */
  runId: text,
  startedAt: z.iso.datetime(),
  changes: z.array(EnvironmentDifferenceSchema),
});
export type HistoryMark = z.infer<typeof HistoryMarkSchema>;

export const HistorySeriesSchema = CaseSchema.extend({
  machineId: text,
  machineName: text,
  /** Oldest first. */
  points: z.array(HistoryPointSchema).min(1),
  /** The smallest change between two runs that counts as real. */
  threshold: fraction,
  changePoints: z.array(
    z.object({
      /** In `points`, of the first one of the new level. */
      index: count,
      runId: text,
      startedAt: z.iso.datetime(),
      /** The new level over the old. */
      ratio: positive,
      p: z.number().min(0).max(1),
      /** What changed in the machine's surroundings at that run, or one run before or after it. */
      candidates: z.array(EnvironmentDifferenceSchema),
    }),
  ),
});
export type HistorySeries = z.infer<typeof HistorySeriesSchema>;

export const HistorySchema = z.object({
  series: z.array(HistorySeriesSchema),
  /** Oldest first. */
  marks: z.array(HistoryMarkSchema),
});
export type History = z.infer<typeof HistorySchema>;

// -------------------------------------------------------------------------------------------------------------- noise

/** Of one provider on one machine, as it is now. */
export const KnownNoiseSchema = z.object({
  machineId: text,
  machineName: text,
  thisMachine: z.boolean(),
  provider: text,
  /** The smallest change between runs that counts as real. */
  threshold: fraction,
  /** runs: from pairs of runs in equal surroundings. test: from an A/A test. */
  from: z.enum(['runs', 'test']).nullable(),
  pairs: count,
  /** When the last A/A test in these surroundings was. */
  testedAt: z.iso.datetime().nullable(),
});
export type KnownNoise = z.infer<typeof KnownNoiseSchema>;

// ------------------------------------------------------------------------------------------------------- measured again

/** agrees: SAME. disagrees: BETTER or WORSE. cannot tell: UNCLEAR, or there is no figure. */
export const agreements = ['agrees', 'disagrees', 'cannot tell'] as const;

export const VerifiedFigureSchema = z.object({
  agreement: z.enum(agreements),
  reason: text,
  /** The figure before, and measured again after; null where it gave no figure. */
  row: ComparedRowSchema.nullable(),
  differences: z.array(EnvironmentDifferenceSchema),
});
export type VerifiedFigure = z.infer<typeof VerifiedFigureSchema>;
