/** What is chosen on the page, and the request that it makes. */
import { type DataType, dataTypes, type PlanKind, planKinds } from '../../../core/graph/plan.ts';
import type { ProviderName, ProviderRow, RunRequest, Settings } from '../../../core/protocol/api.ts';
import type { CacheState } from '../../../core/protocol/provider.ts';

export interface RunChoice {
  readonly suite: string;
  /** Null for those of the suite. */
  readonly models: readonly string[] | null;
  readonly providers: readonly ProviderName[];
  readonly plans: readonly PlanKind[];
  readonly dtypes: readonly DataType[];
  readonly cacheState: CacheState;
  /** As typed: numbers with commas or spaces between. */
  readonly batches: string;
  /** As typed; '' for every core. */
  readonly threads: string;
}

export function firstChoice({ suite, providers }: Settings): RunChoice {
  return {
    suite,
    models: null,
    providers,
    plans: planKinds,
    dtypes: ['fp32'],
    cacheState: 'in-network',
    batches: '1',
    threads: '',
  };
}

/** Undefined where something is missing or no number; `whatIsMissing` says what. */
export function requestOf(choice: RunChoice): RunRequest | undefined {
  if (whatIsMissing(choice) !== undefined) return undefined;
  const { suite, models, providers, plans, dtypes, cacheState, batches, threads } = choice;
  return {
    suite,
    ...(models !== null && { models: [...models] }),
    providers: [...providers],
    // All of them is what a provider does unasked; asked for, it would be remarked where one has but one.
    ...(plans.length < planKinds.length && { plans: [...plans] }),
    dtypes: [...dtypes],
    batches: parseBatches(batches) ?? [],
    ...(cacheState !== 'in-network' && { cacheState }),
    ...(threads.trim() !== '' && { threads: Number(threads) }),
  };
}

export type Missing = 'models' | 'providers' | 'plans' | 'dtypes' | 'batches' | 'threads';

export function whatIsMissing({
  models,
  providers,
  plans,
  dtypes,
  batches,
  threads,
}: RunChoice): Missing | undefined {
  if (models !== null && models.length === 0) return 'models';
  if (providers.length === 0) return 'providers';
  if (plans.length === 0) return 'plans';
  if (dtypes.length === 0) return 'dtypes';
  if (parseBatches(batches) === undefined) return 'batches';
  if (threads.trim() !== '' && !/^[1-9]\d{0,3}$/.test(threads.trim())) return 'threads';
  return undefined;
}

/** `1, 8` → [1, 8], each once; undefined where one is no number from 1 to 1024. */
export function parseBatches(text: string): number[] | undefined {
  const parts = text.split(/[\s,]+/).filter(Boolean);
  const sizes = parts.map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : 0));
  return sizes.length > 0 && sizes.every((size) => size >= 1 && size <= 1024)
    ? [...new Set(sizes)]
    : undefined;
}

/** The data types that one of the chosen providers executes; all that there are as long as none says. */
export function offeredTypes(
  rows: readonly ProviderRow[],
  chosen: readonly ProviderName[],
): readonly DataType[] {
  const described = rows.flatMap(({ name, description }) =>
    description !== null && chosen.includes(name) ? [description] : [],
  );
  if (described.length === 0) return dataTypes;
  return dataTypes.filter((dtype) => described.some((one) => one.dataTypes.includes(dtype)));
}

/** A provider whose only device is a software adapter; those that the user chose stay in sight. */
export function isSoftwareAdapter({ description }: ProviderRow): boolean {
  const device = description?.devices[0];
  return device !== undefined && device.kind === 'gpu' && device.software;
}

/** With it where it was not among them, and without it where it was. */
export function toggled<T>(all: readonly T[], one: T): readonly T[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}
