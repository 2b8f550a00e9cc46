/** Subgroup matrices: what an adapter says that it multiplies at once. Still experimental; the types of WebGPU have none of it. */

import { bytesOfStorage, type Storage } from './module.ts';

/** The two names of one feature: the standard's, and the one that Chromium has it under until then. */
export const subgroupMatrixFeatures = ['subgroup-matrix', 'chromium-experimental-subgroup-matrix'] as const;
export type SubgroupMatrixFeature = (typeof subgroupMatrixFeatures)[number];

/** A product of M x K and K x N components, and the type that it is summed in. */
export interface SubgroupMatrixConfig {
  readonly componentType: string;
  readonly resultComponentType: string;
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

export interface MatrixUnits {
  readonly feature: SubgroupMatrixFeature;
  readonly configs: readonly SubgroupMatrixConfig[];
  /** The largest that the adapter has: a workgroup must be a multiple of it. */
  readonly subgroupSize: number;
  /** A kernel can ask for subgroups of just that size. */
  readonly pinsSize: boolean;
}

/** Whether kernels of this storage are written for them: they sum in f32, and hand sums on in fours. */
export const isUsable = ({ componentType, resultComponentType, N }: SubgroupMatrixConfig, storage: Storage) =>
  componentType === storage && resultComponentType === 'f32' && N % 4 === 0;

/** Whether so many elements are a multiple of 16 bytes, at which Vulkan wants every row of a matrix to begin. */
export const isAligned = (elements: number, storage: Storage) =>
  (elements * bytesOfStorage[storage]) % 16 === 0;

/** Features that let a kernel ask for the size of its subgroups. */
export const sizeFeatures = ['subgroups', 'subgroup-size-control'] as const;

/** Names that WGSL wants enabled for a kernel on these. */
export const matrixExtensions = ({ feature, pinsSize }: Omit<MatrixUnits, 'configs'>): string[] =>
  [...(pinsSize ? sizeFeatures : []), feature].map((name) => name.replaceAll('-', '_'));

/** Of the adapter, not of its device: Dawn in Node lists them there alone. Undefined where there are none. */
export function matrixUnitsOf({
  features,
  info,
}: Pick<GPUAdapter, 'features' | 'info'>): MatrixUnits | undefined {
  const feature = subgroupMatrixFeatures.find((name) => features.has(name));
  const { subgroupMaxSize: subgroupSize, subgroupMatrixConfigs = [] } = info as GPUAdapterInfo & {
    readonly subgroupMatrixConfigs?: Iterable<SubgroupMatrixConfig>;
  };
  if (feature === undefined || subgroupSize === undefined) return undefined;
  // Copied: they live no longer than the adapter does.
  const configs = [...subgroupMatrixConfigs].map(({ componentType, resultComponentType, M, N, K }) => ({
    ...{ componentType, resultComponentType, M, N, K },
  }));
  return configs.length === 0
    ? undefined
    : { feature, configs, subgroupSize, pinsSize: sizeFeatures.every((name) => features.has(name)) };
}
