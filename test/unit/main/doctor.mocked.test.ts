import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError } from '../../../core/protocol/api.ts';
import { providerProtocolVersion } from '../../../core/protocol/provider.ts';
import type { Environment } from '../../../core/protocol/run.ts';
import { examine } from '../../../main/app/doctor.ts';
import { openStore } from '../../../main/store/sqlite/open-store.ts';
import { sampleRun } from '../../fixtures/api/sample-run.ts';

const detected = vi.hoisted(() => ({ environment: undefined as Environment | undefined }));

/** The real machine, unless a test says otherwise. */
vi.mock('../../../main/machine/detect.ts', async (original) => {
  const { detectMachine } = await original<typeof import('../../../main/machine/detect.ts')>();
  return { detectMachine: async () => detected.environment ?? detectMachine() };
});

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-doctor-'));
const store = openStore(folder);
const nowhere = join(folder, 'no-such-program');

/** Nothing that a doctor would object to. */
const healthy: Environment = {
  ...sampleRun.environment,
  cpu: {
    ...sampleRun.environment.cpu,
    usableCores: 4,
    logicalCores: 4,
    instructionSets: ['avx2', 'avx512f'],
  },
  system: { ...sampleRun.environment.system, architecture: 'x64' },
  gpus: [],
  virtualization: { hypervisor: null, container: null },
  power: { source: 'mains', governor: 'performance', profile: null },
};

beforeEach(() => {
  detected.environment = healthy;
  vi.stubEnv('PLIMSOLL_NATIVE_BENCH', nowhere);
  vi.stubEnv('PLIMSOLL_ONEDNN_BENCH', nowhere);
  vi.stubEnv('PLIMSOLL_WEBGPU_BENCH', nowhere);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

async function check(name: string, environment: Environment = healthy, openStore = () => store) {
  detected.environment = environment;
  return (await examine(openStore)).find((found) => found.name === name);
}

const withPower = (power: Partial<Environment['power']>): Environment => ({
  ...healthy,
  power: { ...healthy.power, ...power },
});
const withCpu = (cpu: Partial<Environment['cpu']>, system = healthy.system): Environment => ({
  ...healthy,
  system,
  cpu: { ...healthy.cpu, ...cpu },
});
const withVirtualization = (hypervisor: string | null, container: string | null): Environment => ({
  ...healthy,
  virtualization: { hypervisor, container },
});

const names = [
  'Node',
  'native program',
  'oneDNN program',
  'WebGPU program',
  'database',
  'instruction sets',
  'clock governor',
  'power',
  'virtualization',
  'identity',
  'GPU',
];

describe('the doctor', () => {
  it('finds the real program, store and machine fit for use', async () => {
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', '');
    vi.stubEnv('PLIMSOLL_ONEDNN_BENCH', '');
    vi.stubEnv('PLIMSOLL_WEBGPU_BENCH', '');
    detected.environment = undefined;
    const checks = await examine(() => store);
    expect(checks.map(({ name }) => name)).toEqual(names);
    expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(checks.filter(({ name }) => !/oneDNN|WebGPU/.test(name)).slice(0, 3)).toEqual([
      { name: 'Node', status: 'ok', message: `Node ${process.versions.node}` },
      {
        name: 'native program',
        status: 'ok',
        message: expect.stringMatching(/^native \S+, .*kernels for \w/),
      },
      { name: 'database', status: 'ok', message: `${store.path}, 0 runs` },
    ]);
    expect(checks.find(({ name }) => name === 'WebGPU program')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/^webgpu \S+, dawn \S+, .*(fp32|no device: )/),
    });
    for (const { message } of checks) expect(message).not.toMatch(/undefined|null|NaN|^$/);
  });

  it('has nothing to object to on a healthy machine, save for what is taken from it', async () => {
    const checks = await examine(() => store);
    expect(checks.filter(({ status }) => status !== 'ok').map(({ name }) => name)).toEqual([
      'native program',
    ]);
  });
});

describe('the oneDNN program', () => {
  it('may be missing', async () => {
    expect(await check('oneDNN program')).toMatchObject({
      status: 'ok',
      message: expect.stringMatching(/optional.*libdnnl-dev.*npm run setup/),
    });
  });

  it('is a warning where it is there and does not answer: the rest works without it', async () => {
    const mute = join(folder, 'mute');
    writeFileSync(mute, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    vi.stubEnv('PLIMSOLL_ONEDNN_BENCH', mute);
    expect(await check('oneDNN program')).toMatchObject({ status: 'warning' });
  });
});

describe('the WebGPU program', () => {
  const answering = (answer: object) => {
    const script = join(folder, 'webgpu.mjs');
    const result = {
      ...{ protocol: providerProtocolVersion, provider: 'webgpu', version: '1', libraries: { dawn: '0.6' } },
      ...{ operators: [], plans: ['layerwise'], fusableBlocks: [] },
      ...answer,
    };
    writeFileSync(
      script,
      `process.stdin.once('data', (line) => console.log(JSON.stringify({ id: JSON.parse(line).id, result: ${JSON.stringify(result)} })));`,
    );
    vi.stubEnv('PLIMSOLL_WEBGPU_BENCH', script);
    return check('WebGPU program');
  };
  const card = { kind: 'gpu', software: false, threads: 1, instructionSets: [], caches: [] };

  it('names the adapter that is measured, its driver, what it computes in, and the others', async () => {
    const devices = [
      { ...card, id: 'a', name: 'Radeon RX 7900', driver: 'radv 25', backend: 'vulkan' },
      { ...card, id: 'b', name: 'Iris Xe' },
    ];
    expect(await answering({ devices, dataTypes: ['fp32', 'fp16'] })).toEqual({
      name: 'WebGPU program',
      status: 'ok',
      message: 'webgpu 1, dawn 0.6, Radeon RX 7900, radv 25, by vulkan, fp32 and fp16; also Iris Xe',
    });
  });

  it('is no fault without an adapter, and says why there is none', async () => {
    expect(await answering({ devices: [], dataTypes: ['fp32'], reason: 'No driver.' })).toEqual({
      name: 'WebGPU program',
      status: 'ok',
      message: 'webgpu 1, dawn 0.6, no device: No driver.',
    });
  });

  it('may be missing', async () => {
    expect(await check('WebGPU program')).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('packaged'),
    });
  });
});

describe('the native program', () => {
  it('has failed where it is missing, with what to do; the rest is examined', async () => {
    const checks = await examine(() => store);
    expect(checks.map(({ name }) => name)).toEqual(names);
    expect(checks[1]).toEqual({
      name: 'native program',
      status: 'failed',
      message: `The native benchmark program is missing (${nowhere}). Build it: npm run setup`,
    });
  });

  it('has failed where it is something else', async () => {
    const script = join(folder, 'other.mjs');
    writeFileSync(script, 'console.log("Hello.");');
    vi.stubEnv('PLIMSOLL_NATIVE_BENCH', script);
    expect(await check('native program')).toEqual({
      name: 'native program',
      status: 'failed',
      message: expect.stringMatching(/not of the protocol: "Hello\.".* Build it anew: npm run setup\.$/),
    });
  });
});

describe('the database', () => {
  const failing = (error: unknown) => () => {
    throw error;
  };

  it('has failed where it cannot be opened, with the hint that comes with it', async () => {
    const error = new ApiError('store', 'The database is newer than this Plimsoll.', 'Update Plimsoll.');
    expect(await check('database', healthy, failing(error))).toEqual({
      name: 'database',
      status: 'failed',
      message: 'The database is newer than this Plimsoll. Update Plimsoll.',
    });
  });

  it.each([
    [new ApiError('store', 'The disk is full.'), 'The disk is full.'],
    [new Error('out of memory'), 'out of memory'],
    ['a text', 'a text'],
  ])('has failed with %s', async (error, message) => {
    expect(await check('database', healthy, failing(error))).toMatchObject({ status: 'failed', message });
  });

  it('has failed where it does not list its runs', async () => {
    const closed = openStore(join(folder, 'closed'));
    closed.close();
    const found = await check('database', healthy, () => closed);
    expect(found).toMatchObject({ status: 'failed', message: expect.stringMatching(/\w/) });
  });

  it('does not keep the rest from being examined', async () => {
    const checks = await examine(failing(new Error('gone')));
    expect(checks.map(({ name }) => name)).toEqual(names);
  });
});

describe('what slows a machine down', () => {
  const arm = { ...healthy.system, architecture: 'arm64' };

  it.each<[string, string, Environment, RegExp]>([
    ['instruction sets', 'without AVX2', withCpu({ instructionSets: ['sse4.2', 'avx'] }), /^sse4\.2, avx\. /],
    ['clock governor', 'that saves power', withPower({ governor: 'powersave' }), /^powersave: /],
    [
      'clock governor',
      'in a mode that saves power',
      withPower({ profile: 'low-power' }),
      /^performance, low-/,
    ],
    ['power', 'from a battery', withPower({ source: 'battery' }), /Plug the machine in/],
    ['virtualization', 'as a guest', withVirtualization('KVM', null), /^a guest of KVM: /],
    [
      'virtualization',
      'that hides',
      withVirtualization('unknown', 'Docker'),
      /^a guest of unknown, Docker: /,
    ],
    ['virtualization', 'with a quota', withCpu({ usableCores: 3 }), /^3 of 4 threads may be used: /],
  ])('is warned of: %s %s', async (name, _what, environment, message) => {
    expect(await check(name, environment)).toEqual({
      name,
      status: 'warning',
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, Environment, string]>([
    ['instruction sets', healthy, 'avx2, avx512f'],
    ['instruction sets', withCpu({ instructionSets: ['neon'] }, arm), 'neon'],
    ['instruction sets', withCpu({ instructionSets: [] }), 'unknown: the system does not tell'],
    ['instruction sets', withCpu({ instructionSets: [] }, arm), 'unknown: the system does not tell'],
    ['clock governor', withPower({ profile: 'balanced' }), 'performance, balanced'],
    ['clock governor', withPower({ governor: null }), 'unknown: the system does not tell'],
    ['power', healthy, 'mains'],
    ['power', withPower({ source: null }), 'unknown: no supply is listed'],
    ['virtualization', healthy, 'none found'],
    ['virtualization', withVirtualization(null, 'Docker'), 'Docker'],
  ])('is no matter: %s', async (name, environment, message) => {
    expect(await check(name, environment)).toEqual({ name, status: 'ok', message });
  });
});

describe('the GPU', () => {
  const gpu: Environment['gpus'][number] = {
    vendor: 'NVIDIA',
    model: 'NVIDIA RTX A4000',
    driver: 'nvidia',
    driverVersion: '550.54.14',
    memoryBytes: null,
    pciAddress: '01:00.0',
    software: false,
  };

  it.each<[string, Environment['gpus']]>([
    ['none found; the CPU is measured', []],
    ['NVIDIA RTX A4000, driver nvidia 550.54.14', [gpu]],
    ['NVIDIA RTX A4000, driver nvidia', [{ ...gpu, driverVersion: null }]],
    ['NVIDIA RTX A4000, driver 550.54.14', [{ ...gpu, driver: null }]],
    ['NVIDIA RTX A4000, no driver found', [{ ...gpu, driver: null, driverVersion: null }]],
    [
      'NVIDIA RTX A4000, driver nvidia 550.54.14; QEMU device 1234:1111, driver bochs, display only',
      [gpu, { ...gpu, model: 'QEMU device 1234:1111', driver: 'bochs', driverVersion: null, software: true }],
    ],
  ])('is told: %s', async (message, gpus) => {
    expect(await check('GPU', { ...healthy, gpus })).toEqual({ name: 'GPU', status: 'ok', message });
  });
});
