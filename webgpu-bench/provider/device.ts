/** A device with all that the adapter has to give and these kernels use. */
import { findTimer } from '../measure/repeat.ts';
import { Gpu } from '../network/gpu.ts';
import { matrixUnitsOf, sizeFeatures, subgroupMatrixFeatures } from '../wgsl/subgroup-matrix.ts';
import type { AdapterOffer } from './host.ts';

const wantedFeatures: readonly string[] = [
  'timestamp-query',
  'shader-f16',
  ...sizeFeatures,
  ...subgroupMatrixFeatures,
];

/** The defaults are far below what adapters have: 16 KiB for a workgroup, 128 MiB for a tensor. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/** Rejects with a sentence where the adapter is gone, or refuses. */
export async function openGpu({ record, request }: AdapterOffer): Promise<Gpu> {
  const adapter = await request();
  if (adapter === null) throw new Error(`The adapter ${record.name} is there no more.`);
  const matrices = matrixUnitsOf(adapter);
  const requiredFeatures = wantedFeatures.filter((feature) =>
    adapter.features.has(feature),
  ) as GPUFeatureName[];
  const requiredLimits: Record<string, number> = {};
  for (const limit of wantedLimits) requiredLimits[limit] = adapter.limits[limit];
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  return new Gpu(device, await findTimer(device), record.software, { matrices });
}
