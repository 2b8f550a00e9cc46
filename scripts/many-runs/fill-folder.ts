/**
 * A database of many runs, for what is timed over it. The runs are invented. Fifty are stored as any run is; the others are copies of
 * these with ids and dates of their own. Their measurements are as those of a real run but for their kernels: three each, where a
 * network has some dozens.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { models } from '../../core/models/zoo.ts';
import type { Case, DeviceCalibration, Environment, Measurement, Run } from '../../core/protocol/run.ts';
import { seededRandom } from '../../core/statistics/seeded-random.ts';
import { databaseName } from '../../main/store/sqlite/open-database.ts';
import { openStore } from '../../main/store/sqlite/open-store.ts';

const originals = 50;
const rounds = 7;
const samplesPerRound = 10;

const random = seededRandom(1);
/** A normal number, near enough: three uniform ones. */
const noise = (deviation: number) => 2 * deviation * (random() + random() + random() - 1.5);

const allCases: readonly Case[] = [1, 2, 4, 8, 16, 32, 64, 128].flatMap((batch) =>
  models.flatMap(({ name, defaultSize }) =>
    (['layerwise', 'fused'] as const).flatMap((plan) =>
      [1, 8].map((threads) => ({
        model: name,
        imageSize: defaultSize,
        provider: 'native',
        device: 'cpu',
        plan,
        dtype: 'fp32' as const,
        batch,
        threads,
      })),
    ),
  ),
);

function environmentOf(index: number, mainMachineId: string): Environment {
  // Of ten runs, seven are of the first machine; its kernel is updated now and then.
  const machine = ['a', 'a', 'a', 'b', 'a', 'a', 'c', 'a', 'b', 'a'][index % 10] ?? 'a';
  return {
    machine: {
      id: machine === 'a' ? mainMachineId : `bench-${machine}`,
      name: `bench-${machine}`,
      manufacturer: 'Maker',
      product: 'Workstation',
    },
    cpu: {
      vendor: 'GenuineBench',
      model: `Bench CPU ${machine}`,
      family: '6',
      stepping: '1',
      microcode: '0x2b000590',
      physicalCores: 8,
      logicalCores: 16,
      usableCores: 16,
      maximumClockHz: 5e9,
      instructionSets: ['sse4.2', 'avx', 'avx2', 'fma', 'avx512'],
      caches: [
        { level: 'L1', bytes: 32 << 10, sharedBy: 2 },
        { level: 'L2', bytes: 1 << 20, sharedBy: 2 },
        { level: 'L3', bytes: 32 << 20, sharedBy: 16 },
      ],
    },
    memory: { totalBytes: 64e9, availableBytes: 50e9, type: 'DDR5', clockHz: 4.8e9 },
    gpus: [],
    system: {
      platform: 'linux',
      distribution: 'Debian GNU/Linux',
      release: '12',
      kernel: `6.1.${Math.floor(index / 20)}`,
      architecture: 'x64',
    },
    firmware: { vendor: 'Maker', version: '1.0', date: '2025-01-01' },
    virtualization: { hypervisor: null, container: null },
    power: { source: 'mains', governor: 'performance', profile: null },
    software: { plimsoll: '0.1.0', node: '24.0.0' },
  };
}

const providers: readonly DeviceCalibration[] = [
  {
    description: {
      protocol: 1,
      provider: 'native',
      version: '0.1.0',
      libraries: { compiler: 'GCC 12.2.0' },
      devices: [
        {
          id: 'cpu',
          kind: 'cpu',
          name: 'Bench CPU',
          software: false,
          threads: 16,
          instructionSets: ['avx2', 'avx512'],
          caches: [
            { level: 'L2', bytes: 1 << 20, sharedBy: 2 },
            { level: 'L3', bytes: 32 << 20, sharedBy: 16 },
          ],
        },
      ],
      dataTypes: ['fp32'],
      operators: ['conv2d', 'linear'],
      plans: ['layerwise', 'fused'],
      fusableBlocks: [],
    },
    calibration: {
      device: 'cpu',
      arithmetic: [1, 8].map((threads) => ({
        dtype: 'fp32' as const,
        instructionSet: 'avx512',
        threads,
        operationsPerSecond: 1.2e11 * threads,
      })),
      bandwidth: [1, 8].flatMap((threads) =>
        (['L1', 'L2', 'L3', 'DRAM'] as const).flatMap((level, index) =>
          (['read', 'write', 'copy'] as const).map((access) => ({
            level,
            access,
            threads,
            workingSetBytes: 1e4 * 50 ** index,
            bytesPerSecond: (4e11 * threads) / 4 ** index,
          })),
        ),
      ),
    },
    reason: null,
  },
];

function measurementOf(runId: string, index: number, of: Case, startedAt: string): Measurement {
  const latencyNs = of.batch * (2e6 + 1e5 * (index % 97)) * (1 + noise(0.01));
  const kernels = ['stem', 'stage2.block1', 'head'].map((name) => ({
    name,
    block: name,
    blockKind: 'stem' as const,
    operators: [`${name}.conv`, `${name}.act`],
    fused: false,
    implementation: 'conv2d.dense.avx512',
    operations: 4e7 * of.batch,
    traffic: [
      { kind: 'input' as const, bytes: 600_000, reuseDistanceBytes: 4_000_000 },
      { kind: 'weights' as const, bytes: 9_000_000, reuseDistanceBytes: 90_000_000 },
      { kind: 'output' as const, bytes: 800_000, reuseDistanceBytes: 1_000_000 },
    ],
    latencyNs: latencyNs / 3,
  }));
  return {
    ...of,
    id: `${runId}-${index}`,
    startedAt,
    instructionSet: 'avx512',
    outcome: {
      status: 'measured',
      samplesNs: Array.from({ length: rounds }, () => latencyNs * (1 + noise(0.003))).flatMap((level) =>
        Array.from({ length: samplesPerRound }, () => level * (1 + noise(0.005))),
      ),
      rounds: Array<number>(rounds).fill(samplesPerRound),
      warmupPasses: 3,
      timerResolutionNs: 30,
      kernels,
      verification: {
        passed: true,
        kernels: kernels.map(({ name }) => ({
          name,
          passed: true,
          relativeL2Error: 1.2e-7,
          maxError: 3.4e-6,
          tolerance: 1e-4,
        })),
        output: { mean: 0.01, standardDeviation: 1.02, zeroFraction: 0, values: [0.11, -0.21, 0.31, -0.41] },
      },
    },
  };
}

const idOf = (index: number) => `bench${String(index).padStart(5, '0')}`;
const startOf = (index: number) => new Date(Date.UTC(2024, 0, 1) + index * 6 * 3600 * 1000).toISOString();

export interface Filling {
  readonly runs: number;
  readonly measurements: number;
  /** That seven of ten runs are of. */
  readonly mainMachineId?: string;
}

function runOf(index: number, { measurements, mainMachineId = 'bench-a' }: Filling): Run {
  const id = idOf(index);
  const startedAt = startOf(index);
  return {
    id,
    suite: 'standard',
    status: 'finished',
    reason: null,
    startedAt,
    finishedAt: startedAt,
    environment: environmentOf(index, mainMachineId),
    providers: [...providers],
    measurements: allCases
      .slice(0, measurements)
      .map((of, position) => measurementOf(id, position, of, startedAt)),
  };
}

/** Runs that are there already stay. */
export function fillFolder(folder: string, filling: Filling): void {
  const store = openStore(folder);
  let stored = store.runs.count();
  if (stored > filling.runs) throw new Error(`${folder} holds ${stored} runs, not ${filling.runs}`);
  const first = store.runs.get(idOf(0));
  const wanted = runOf(0, filling);
  if (
    first !== undefined &&
    (first.measurements.length !== wanted.measurements.length ||
      first.environment.machine.id !== wanted.environment.machine.id)
  ) {
    throw new Error(`${folder} was filled with other runs: ${first.measurements.length} measurements each`);
  }
  for (; stored < Math.min(filling.runs, originals); stored++) store.runs.import(runOf(stored, filling));
  store.close();
  const database = new Database(join(folder, databaseName));
  database.pragma('synchronous = OFF');
  for (; stored < filling.runs; stored++) {
    copyRun(database, idOf(stored % originals), idOf(stored), startOf(stored));
    if (stored % 50 === 49) process.stderr.write(`\r${stored + 1} of ${filling.runs} runs stored`);
  }
  process.stderr.write('\n');
  database.close();
}

/** All rows of a run under another id. It begins and ends as any other does, for what the store counts then. */
function copyRun(database: Database.Database, from: string, id: string, startedAt: string): void {
  database.transaction(() => {
    for (const { name, own } of copiedTables) {
      const columns = database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name) as string[];
      const values = columns.map((column) => own[column] ?? column);
      const key = name === 'run' ? 'id' : 'runId';
      database
        .prepare(
          `INSERT INTO ${name} (${columns.join()}) SELECT ${values.join()} FROM ${name} WHERE ${key} = @from`,
        )
        .run({ from, id, startedAt });
    }
    database.prepare(`UPDATE run SET status = 'finished' WHERE id = ?`).run(id);
  })();
}

const ofItsOwn = 'replace(body, @from, @id)';
const copiedTables: readonly { readonly name: string; readonly own: Readonly<Record<string, string>> }[] = [
  { name: 'run', own: { id: '@id', startedAt: '@startedAt', finishedAt: '@startedAt', status: `'running'` } },
  { name: 'measurement', own: { id: `@id || '-' || position`, runId: '@id', body: ofItsOwn } },
  { name: 'figure', own: { runId: '@id', measurementId: `@id || '-' || position` } },
  { name: 'shownRow', own: { runId: '@id', body: ofItsOwn } },
];
