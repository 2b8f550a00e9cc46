/**
 * The app's API: one table of methods and one of events. IPC, loopback HTTP and the command line carry it and add nothing;
 * main/api.ts implements it once. Input and output are parsed at the border by these schemas.
 */
import { z } from 'zod';
import { AccountSchema } from './account.ts';
import { CeilingHistoryRequestSchema, CeilingSeriesSchema, MachineAnswerSchema } from './answers.ts';
import {
  ComparedPartsRequestSchema,
  ComparedPartsSchema,
  CompareRequestSchema,
  ComparisonSchema,
  DecidePlanSchema,
  DecideRequestSchema,
  EnvironmentDifferenceSchema,
  HistoryHeadSchema,
  HistoryRequestSchema,
  HistorySchema,
  KnownNoiseSchema,
  VerifiedFigureSchema,
} from './compare.ts';
import { AmountSchema, CurrencySchema, MachineSchema, MachineUpdateSchema } from './machines.ts';
import { GraphSchema, NetworkImportSchema } from './networks.ts';
import { CacheStateSchema, DataTypeSchema, DescribeResultSchema, PlanKindSchema } from './provider.ts';
import {
  BundleSchema,
  CaseSchema,
  EnvironmentSchema,
  MeasurementDetailSchema,
  RunReportSchema,
  RunStatusSchema,
  RunSummarySchema,
} from './run.ts';

/** Raised whenever a method or event changes its shape; a page of another number asks to be reloaded. */
export const apiVersion = 3;

/** Of an exported run: some hundred times what a long run takes. */
export const bundleLimitBytes = 64 << 20;

/** What can execute networks; only `native` is always there. `webgpu-page` is a page of a browser, the others are programs. */
export const providerNames = ['native', 'onednn', 'webgpu', 'webgpu-page'] as const;
export type ProviderName = (typeof providerNames)[number];

export const RunRequestSchema = z.object({
  suite: z.string().default('quick'),
  /** Instead of the suite's models. */
  models: z.array(z.string()).min(1).optional(),
  plans: z.array(PlanKindSchema).min(1).optional(),
  dtypes: z.array(DataTypeSchema).min(1).optional(),
  batches: z.array(z.number().int().min(1).max(1024)).min(1).optional(),
  /** Default: `native` alone. Others are for comparison, and make a run longer. */
  providers: z.array(z.enum(providerNames)).min(1).optional(),
  /** Default: every physical core. */
  threads: z.number().int().min(1).optional(),
  /** The kind of core to measure, by its name, or processors by their numbers (`0-7`); default: all. Of providers that execute on the CPU. */
  cores: z.string().min(1).optional(),
  /** Default: in-network. */
  cacheState: CacheStateSchema.optional(),
  /** Rounds are added until the undisturbed latency of each case is known within this fraction, 95 times in 100, or the time is over. */
  precision: z.number().min(0.001).max(0.5).optional(),
  /** No round begins that would end later; default: the suite's, and with a precision ten minutes where that is more. */
  budgetSeconds: z.number().positive().max(86_400).optional(),
  /** How long it is waited at most until the machine is quiet; default: an eighth of the suite's time, at most half a minute. */
  settleSeconds: z.number().nonnegative().max(3600).optional(),
  /** Whether an A/A test follows where there is none of a provider in these surroundings; it takes 20 seconds at most. Default: true. */
  noiseTest: z.boolean().optional(),
});
export type RunRequest = z.input<typeof RunRequestSchema>;

/** What was updated since the last run of this machine. */
export const WatchFindingSchema = z.object({
  /** The run whose cases are to be measured again; null where there is none yet. */
  since: z.object({ runId: z.string(), startedAt: z.iso.datetime() }).nullable(),
  /** Drivers, kernel, firmware and runtimes that are others now. */
  updates: z.array(EnvironmentDifferenceSchema),
  cases: z.number().int().nonnegative(),
  /** What measures them; null where there are none. */
  request: RunRequestSchema.nullable(),
});
export type WatchFinding = z.input<typeof WatchFindingSchema>;

export const RunProgressSchema = z.object({
  runId: z.string(),
  suite: z.string(),
  startedAt: z.iso.datetime(),
  phase: z.enum(['detecting', 'calibrating', 'measuring', 'finishing']),
  casesDone: z.number().int().nonnegative(),
  casesTotal: z.number().int().nonnegative(),
  /** Share of the expected time that is over, 0 to 1. */
  fraction: z.number().min(0).max(1),
  /** What is being done now, for people. */
  current: z.string(),
  elapsedSeconds: z.number().nonnegative(),
  /** Expected time to the end; null while there is nothing to tell it from. */
  remainingSeconds: z.number().nonnegative().nullable(),
});
export type RunProgress = z.infer<typeof RunProgressSchema>;

/** What can be measured with here, as far as it can be told without disturbing anybody. */
export const ProviderRowSchema = z.object({
  name: z.enum(providerNames),
  /** Null where it cannot be had; a page's, of which nothing is known before it is open, is what it last said. */
  description: DescribeResultSchema.nullable(),
  /** Why there is no description, and what to do. */
  reason: z.string().nullable(),
  /** False where a run with it would fail; a page is opened when it is needed. */
  available: z.boolean(),
});
export type ProviderRow = z.infer<typeof ProviderRowSchema>;

/** What a request comes to, before anything is started or stored. */
export const RunPlanSchema = z.object({
  suite: z.string(),
  cases: z.array(CaseSchema),
  /** What was asked for and cannot be measured here, a sentence each. */
  impossible: z.array(z.string()),
  expectedSeconds: z.number().nonnegative(),
  /** How often each case is visited within the suite's time. */
  rounds: z.number().int().nonnegative(),
  /** How many of the cases were measured on this machine before: the rest of the time is guessed from their like. */
  knownCases: z.number().int().nonnegative(),
});
export type RunPlan = z.infer<typeof RunPlanSchema>;

/** How the machine is while it is measured. Null is what this system does not tell. */
export const ConditionsSampleSchema = z.object({
  /** Since the run began. */
  atSeconds: z.number().nonnegative(),
  clockHz: z.number().positive().nullable(),
  temperatureCelsius: z.number().nullable(),
  /** Share of all hardware threads that were busy since the sample before. */
  busyFraction: z.number().min(0).max(1).nullable(),
});
export type ConditionsSample = z.infer<typeof ConditionsSampleSchema>;
/** One every other second: those of the last ten minutes are kept. */
export const keptConditions = 300;

export const SettingsSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** Of a run that names none. */
  suite: z.string(),
  providers: z.array(z.enum(providerNames)).min(1),
  /** Whether providers are offered whose only device is a software adapter. */
  softwareAdapters: z.boolean(),
});
export type Settings = z.infer<typeof SettingsSchema>;

const SettingsAnswerSchema = z.object({
  settings: SettingsSchema,
  dataFolder: z.string(),
  /** What is wrong with the file that they are kept in; then they are the defaults. */
  problem: z.string().nullable(),
});

export const ModelRowSchema = z.object({
  name: z.string(),
  family: z.string(),
  size: z.number().int(),
  macs: z.number().int(),
  activations: z.number().int(),
  parameters: z.number().int(),
  /** Published ImageNet top-1 in percent at this size; null where none is published. */
  top1: z.number().nullable(),
  /** Of that figure; of an imported network, the file that it was read from. */
  source: z.string().nullable(),
  reconstruction: z.string().nullable(),
});
export type ModelRow = z.infer<typeof ModelRowSchema>;

export const SuiteSchema = z.object({
  name: z.string(),
  description: z.string(),
  models: z.array(z.string()),
});

export const DoctorCheckSchema = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warning', 'failed']),
  /** What was found and, unless all is well, what to do. */
  message: z.string(),
});

export const reportFormats = ['html', 'pdf', 'md', 'csv', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const ReportRequestSchema = z.object({
  /** `latest` names the newest run. */
  runId: z.string(),
  /** A second run, shown beside the first. */
  otherRunId: z.string().optional(),
  format: z.enum(reportFormats),
  /** What the machines cost. What is left out is what is stored with them, where that is in the same currency. */
  price: z
    .object({
      currency: CurrencySchema,
      amount: AmountSchema.optional(),
      otherAmount: AmountSchema.optional(),
    })
    .optional(),
});
export type ReportRequest = z.infer<typeof ReportRequestSchema>;

export const ReportFileSchema = z.object({
  fileName: z.string(),
  mediaType: z.string(),
  encoding: z.enum(['utf8', 'base64']),
  content: z.string(),
});
export type ReportFile = z.infer<typeof ReportFileSchema>;

const RunId = z.object({ runId: z.string() });
const ModelName = z.object({ name: z.string() });
const MachineId = z.object({ machineId: z.string() });
const Empty = z.object({});
const Figure = z.object({ figure: z.string().min(1) });
/** Those that are deleted, instead of those that are not. */
const Deleted = z.object({ deleted: z.boolean().default(false) });

interface Method<Input extends z.ZodType, Output extends z.ZodType> {
  readonly input: Input;
  readonly output: Output;
}

function method<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): Method<Input, Output> {
  return { input, output };
}

export const apiMethods = {
  'app.hello': method(
    Empty,
    z.object({ name: z.literal('plimsoll'), version: z.string(), apiVersion: z.number().int() }),
  ),
  'app.doctor': method(Empty, z.array(DoctorCheckSchema)),
  'machine.detect': method(Empty, EnvironmentSchema),
  /** Is this machine as it should be? */
  'machine.answer': method(Empty, MachineAnswerSchema),
  /** The zoo, then the networks that were imported; those have the one size that they were imported for. */
  'models.list': method(z.object({ size: z.number().int().min(32).optional() }), z.array(ModelRowSchema)),
  /** What was read from a file, here or in a page: the API takes no files. */
  'models.import': method(NetworkImportSchema, ModelName),
  /** Of an imported network. */
  'models.graph': method(ModelName, GraphSchema),
  /** An imported network, for good; figures that were measured with it stay. */
  'models.delete': method(ModelName, Empty),
  'suites.list': method(Empty, z.array(SuiteSchema)),
  /** Newest first. */
  'runs.list': method(Deleted, z.array(RunSummarySchema)),
  /** `latest` names the newest run, `latest~1` the one before it; so wherever a run is named. */
  'runs.get': method(RunId, RunReportSchema),
  'runs.measurement': method(z.object({ measurementId: z.string() }), MeasurementDetailSchema),
  'runs.export': method(RunId, BundleSchema),
  /** The text of a file that `runs.export` wrote, here or elsewhere. Refused where the run is stored already. */
  'runs.import': method(z.object({ content: z.string() }), RunId),
  /** Hides it, and says which it was: what is deleted is kept for 30 days, and `runs.restore` brings it back. */
  'runs.delete': method(RunId, RunId),
  /** By its id. */
  'runs.restore': method(RunId, Empty),
  /** What to hold `after` against, by default the newest profile: the newest earlier run with the same cases. Null if there is no other run. */
  'runs.pair': method(
    z.object({ after: z.string().optional() }),
    z.object({ before: z.string(), after: z.string() }).nullable(),
  ),
  'runs.compare': method(CompareRequestSchema, ComparisonSchema),
  /** Whether a driver, the kernel, firmware or a runtime was updated since the last run, and what to measure again then. */
  'watch.check': method(Empty, WatchFindingSchema),
  /** What `decide.start` would do with the same request. */
  'decide.plan': method(DecideRequestSchema, DecidePlanSchema),
  /** Measures on in the runs that are compared, in a run of its own that is not listed. Refused where neither of them can be. */
  'decide.start': method(DecideRequestSchema, RunId),
  /** Kernels and blocks of one row of a comparison. */
  'runs.compareParts': method(ComparedPartsRequestSchema, ComparedPartsSchema),
  /** What there is a history of, the longest first. */
  'history.list': method(Empty, z.array(HistoryHeadSchema)),
  /** Figures over runs, of all series or of those that fit, with the points at which their level changed. */
  'history.ceilings': method(CeilingHistoryRequestSchema, z.array(CeilingSeriesSchema)),
  'history.get': method(HistoryRequestSchema, HistorySchema),
  /** This machine first, then the one seen last. Wherever a machine is named, an identity merged into it names it as well. */
  'machines.list': method(Deleted, z.array(MachineSchema)),
  'machines.update': method(MachineUpdateSchema, Empty),
  /** From now on, the runs of both are shown as those of the target. Nothing of the source is lost: `machines.split` undoes it. */
  'machines.merge': method(z.object({ sourceId: z.string(), targetId: z.string() }), Empty),
  /** Makes an identity that was merged into another a machine of its own again. */
  'machines.split': method(MachineId, Empty),
  /** With all of its runs, for 30 days; `machines.restore` brings back both. */
  'machines.delete': method(MachineId, Empty),
  'machines.restore': method(MachineId, Empty),
  /** What `runs.start` would do with the same request, and how long that may take. Refused while a run is going on. */
  'runs.plan': method(RunRequestSchema, RunPlanSchema),
  'runs.start': method(RunRequestSchema, RunId),
  /** How one figure came about; it is named by its measurement's id, or the beginning of one that is no other's. */
  'runs.account': method(Figure, AccountSchema),
  /** Measures one figure again, in a run of its own. Refused where that is not possible here. */
  'runs.verify': method(
    Figure.extend({ settleSeconds: z.number().nonnegative().max(3600).optional() }),
    RunId.extend({ measurementId: z.string() }),
  ),
  /** What a run that `runs.verify` began says of the figure, once it has ended. */
  'runs.verified': method(Figure.extend({ runId: z.string() }), VerifiedFigureSchema),
  /** An A/A test of one provider of this machine, in a run of its own. */
  'noise.start': method(
    z.object({
      provider: z.enum(providerNames).default('native'),
      settleSeconds: z.number().nonnegative().max(3600).optional(),
    }),
    RunId,
  ),
  /** The smallest change that is believed, by machine and provider. */
  'noise.get': method(Empty, z.array(KnownNoiseSchema)),
  'runs.cancel': method(RunId, Empty),
  'reports.create': method(ReportRequestSchema, ReportFileSchema),
  /** The run that is going on in this process, if there is one. */
  'runs.active': method(Empty, RunProgressSchema.nullable()),
  /** Of the run that is going on, oldest first; none where there is none. */
  'runs.conditions': method(Empty, z.array(ConditionsSampleSchema)),
  /** Every run that has ended, for good: none of them can be restored. */
  'runs.deleteAll': method(Empty, z.object({ deleted: z.number().int().nonnegative() })),
  /** Starts each program to ask it; refused while a run is going on, which that would disturb. */
  'providers.list': method(Empty, z.array(ProviderRowSchema)),
  'settings.get': method(Empty, SettingsAnswerSchema),
  'settings.change': method(SettingsSchema.partial(), SettingsAnswerSchema),
} as const;

export type ApiMethod = keyof typeof apiMethods;
export type ApiInput<M extends ApiMethod> = z.input<(typeof apiMethods)[M]['input']>;
export type ApiOutput<M extends ApiMethod> = z.output<(typeof apiMethods)[M]['output']>;

export const apiEvents = {
  'run.progress': RunProgressSchema,
  /** A measurement was stored: the run can be read again. */
  'run.measured': z.object({ runId: z.string(), measurementId: z.string() }),
  /** At most one a second. */
  'run.conditions': z.object({ runId: z.string(), sample: ConditionsSampleSchema }),
  'run.ended': z.object({ runId: z.string(), status: RunStatusSchema, reason: z.string().nullable() }),
  /** Runs, machines or networks were imported, deleted, restored or edited: whatever was read of them may be out of date. */
  'store.changed': Empty,
} as const;
export type ApiEvent = keyof typeof apiEvents;
export type ApiEventPayload<E extends ApiEvent> = z.output<(typeof apiEvents)[E]>;

export const apiErrorCodes = [
  'badInput',
  'notFound',
  /** Another run is going on. */
  'busy',
  /** The store cannot be used: newer, corrupt, or not writable. */
  'store',
  /** The native program is missing or cannot be started. */
  'provider',
  'internal',
] as const;

/** An expected failure: what happened, and what to do about it. */
export const ApiErrorSchema = z.object({
  code: z.enum(apiErrorCodes),
  message: z.string(),
  hint: z.string().nullable(),
});
export type ApiErrorData = z.infer<typeof ApiErrorSchema>;

export class ApiError extends Error {
  readonly code: ApiErrorData['code'];
  readonly hint: string | null;

  constructor(code: ApiErrorData['code'], message: string, hint: string | null = null) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.hint = hint;
  }

  toData(): ApiErrorData {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}

/** What every part of the program that shows or starts something holds: implemented by main/api.ts and by each transport. */
export interface Api {
  call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>>;
  /** Returns the function that ends the subscription. */
  subscribe<E extends ApiEvent>(event: E, listener: (payload: ApiEventPayload<E>) => void): () => void;
}
