/** The real program, spoken to as a scheduler would and as a person at a shell would. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/builder.ts';
import { operatorAt } from '../../core/graph/graph.ts';
import { inputBound } from '../../core/graph/initialization.ts';
import { costOfKernel, planGraph } from '../../core/graph/plan.ts';
import { ProviderMessageSchema, providerResults } from '../../core/protocol/provider.ts';
import { streams, uniformTensor } from '../../core/protocol/random.ts';
import { toWireGraph } from '../../core/protocol/wire-graph.ts';
import {
  Conversation,
  fusable,
  model,
  nativeProgram,
  RequestFailed,
} from '../fixtures/providers/native-conversation.ts';

/** What the program answers to these lines, typed at a shell. */
function byHand(...lines: readonly string[]) {
  const result = spawnSync(nativeProgram, {
    input: lines.map((line) => `${line}\n`).join(''),
    encoding: 'utf8',
  });
  return {
    status: result.status,
    answers: result.stdout
      .trim()
      .split('\n')
      .map((line) => ProviderMessageSchema.parse(JSON.parse(line))),
  };
}

describe('native-bench', () => {
  let native: Conversation;
  beforeAll(() => {
    expect(existsSync(nativeProgram), 'the program is built by npm run setup').toBe(true);
    native = new Conversation();
  });
  afterAll(async () => {
    expect(await native.end()).toBe(0);
  });

  it('describes this machine', async () => {
    const description = await native.call('describe');
    const device = description.devices[0];
    expect(device?.kind).toBe('cpu');
    expect(device?.instructionSets.at(-1)).toBe('generic');
    expect(device?.physicalCores).toBeLessThanOrEqual(device?.threads ?? 0);
    expect(new Set(description.fusableBlocks)).toEqual(fusable);
  });

  // Small images keep the reference quick; every operator of every family is there all the same.
  it.each([
    'resnet18',
    'resnext50_32x4d',
    'mobilenetv2_100',
    'mobilenetv3_small_100',
    'efficientnet_b0',
    'tf_efficientnetv2_s',
    'convnext_atto',
    'regnety_004',
    'convfirst_pico',
  ])('%s is right layer by layer, and costs what the graph says', async (name) => {
    const graph = model(name, 96);
    const prepared = await native.prepare(graph, 'layerwise', { batch: 2, threads: 2 });
    const plan = planGraph(graph, 'layerwise', new Set());
    expect(
      prepared.kernels.map(({ operations, inputBytes, outputBytes, weightBytes }) => ({
        operations,
        inputBytes,
        outputBytes,
        weightBytes,
      })),
    ).toEqual(plan.kernels.map((kernel) => costOfKernel(graph, kernel, 2, 'fp32')));
    const verification = await native.call('verify', { handle: prepared.handle });
    expect(verification.kernels.filter(({ passed }) => !passed)).toEqual([]);
    expect(verification.passed).toBe(true);
    // Neither zeros nor an explosion: the check above would prove nothing.
    expect(verification.output.standardDeviation).toBeGreaterThan(0.1);
    expect(verification.output.standardDeviation).toBeLessThan(30);
    expect(verification.output.zeroFraction).toBeLessThan(0.01);
    await native.call('release', { handle: prepared.handle });
  });

  it.each(['convfirst_pico', 'convnext_atto', 'efficientnet_b0', 'mobilenetv3_small_100'])(
    'gives the same result for %s by both plans, every instruction set and any number of threads',
    async (name) => {
      const graph = model(name, 64);
      const { devices } = await native.call('describe');
      const reference: number[][] = [];
      for (const instructionSet of devices[0]?.instructionSets ?? []) {
        // Of these there are kernels for bf16 only.
        if (instructionSet.endsWith('-bf16')) continue;
        const outputs: number[][] = [];
        for (const plan of ['layerwise', 'fused'] as const) {
          for (const threads of [1, 2, 3]) {
            const prepared = await native.prepare(graph, plan, { threads, instructionSet });
            expect(prepared.instructionSet).toBe(instructionSet);
            const verification = await native.call('verify', { handle: prepared.handle });
            expect(verification.passed).toBe(true);
            outputs.push(verification.output.values);
            await native.call('release', { handle: prepared.handle });
          }
        }
        // Bit for bit over threads; the plans sum in the same order, too.
        expect(outputs.every((values) => values.every((value, index) => value === outputs[0]?.[index]))).toBe(
          true,
        );
        reference.push(outputs[0] ?? []);
      }
      for (const values of reference) {
        for (const [index, value] of values.entries())
          expect(value).toBeCloseTo(reference[0]?.[index] ?? 0, 4);
      }
    },
  );

  it.each(['resnet18', 'convfirst_pico', 'convnext_atto', 'efficientnet_b0'])(
    'gives %s in bf16 by both plans, near what fp32 gives, and counts half the bytes',
    async (name) => {
      const graph = model(name, 64);
      const outputs: number[][] = [];
      for (const [dtype, plan] of [
        ['fp32', 'layerwise'],
        ['bf16', 'layerwise'],
        ['bf16', 'fused'],
      ] as const) {
        const prepared = await native.prepare(graph, plan, { dtype, threads: 2 });
        expect(prepared.kernels.map(({ inputBytes }) => inputBytes)).toEqual(
          planGraph(graph, plan, fusable).kernels.map(
            (kernel) => costOfKernel(graph, kernel, 1, dtype).inputBytes,
          ),
        );
        const verification = await native.call('verify', { handle: prepared.handle });
        expect(verification.kernels.filter(({ passed }) => !passed)).toEqual([]);
        expect(verification.passed).toBe(true);
        outputs.push(verification.output.values);
        await native.call('release', { handle: prepared.handle });
      }
      // Weights and activations have eight bits; what they leave adds up over the layers.
      for (const values of outputs) {
        for (const [index, value] of values.entries()) {
          expect(Math.abs(value - (outputs[0]?.[index] ?? 0))).toBeLessThan(0.3);
        }
      }
    },
  );

  it('draws the very numbers that core/protocol/random.ts draws', async () => {
    const g = new GraphBuilder('identity', { height: 1, width: 1, channels: 8 });
    g.block('head', 'head', () => g.linear('fc', g.input, 1, { bias: false }));
    const graph = g.build();
    const prepared = await native.prepare(graph, 'layerwise', { seed: 12345 });
    const { output } = await native.call('verify', { handle: prepared.handle });
    const bound = toWireGraph(graph).operators[1]?.parameterBounds?.weights ?? 0;
    const image = uniformTensor(12345, streams.input, 8, inputBound);
    const weights = uniformTensor(12345, streams.weights(1), 8, bound);
    const sum = image.reduce((total, value, index) => total + value * (weights[index] ?? 0), 0);
    expect(output.values[0]).toBeCloseTo(sum, 5);
  });

  it('knows no other state of the caches', async () => {
    const { handle } = await native.prepare(model('resnet18', 64), 'layerwise');
    const failure = native.call('profile', { handle, repetitions: 1, cacheState: 'lukewarm' });
    await expect(failure).rejects.toMatchObject({ error: { code: 'badRequest' } });
  });

  it('cancels what is going on and goes on with the next', async () => {
    const prepared = await native.prepare(model('resnet18', 64), 'layerwise');
    const long = native.send('measure', {
      handle: prepared.handle,
      warmupSeconds: 0,
      minSeconds: 60,
      minSamples: 1,
      maxSeconds: 60,
    });
    const queued = native.send('verify', { handle: prepared.handle });
    const failures = Promise.allSettled([long.answer, queued.answer]);
    await native.call('cancel', { target: queued.id });
    await native.call('cancel', { target: long.id });
    for (const settled of await failures) {
      expect(settled.status === 'rejected' && settled.reason.error.code).toBe('cancelled');
    }
    expect((await native.call('describe')).provider).toBe('native');
  });

  it.each([
    ['a data type without kernels', { dtype: 'int8' }, 'unsupported'],
    ['an instruction set that is not there', { instructionSet: 'avx1024' }, 'unsupported'],
    ['no threads', { threads: 0 }, 'badRequest'],
    ['a plan that leaves operators out', { kernels: [] }, 'badRequest'],
    ['a graph that is none', { graph: { name: 'x' } }, 'badRequest'],
    ['more than the memory holds', { batch: 4096 }, 'outOfMemory'],
  ])('refuses %s', async (_what, options, code) => {
    // 4096 images of this size are a terabyte of activations.
    const graph = model('vgg16', 'batch' in options ? 2048 : 64);
    const error = await native.prepare(graph, 'layerwise', options).then(
      () => undefined,
      (reason: unknown) => (reason instanceof RequestFailed ? reason.error : reason),
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\.$/) });
  });

  it('knows no handle that it did not give, nor one that was released', async () => {
    const prepared = await native.prepare(model('resnet18', 64), 'layerwise');
    await native.call('release', { handle: prepared.handle });
    await expect(native.call('verify', { handle: prepared.handle })).rejects.toMatchObject({
      error: { code: 'unknownHandle' },
    });
  });

  it('can be used by hand, and answers garbage with an error', () => {
    const { status, answers } = byHand(
      '{"id":1,"method":"describe"}',
      'what is this',
      '[1,2]',
      '{"method":"describe"}',
      '{"id":7,"method":"dance"}',
      '',
      '{"id":8,"method":"describe"}',
    );
    expect(status).toBe(0);
    const byId = (id: number | null) => answers.filter((answer) => answer.id === id);
    expect(byId(null)).toHaveLength(3);
    for (const answer of byId(null)) expect(answer).toMatchObject({ error: { code: 'badRequest' } });
    expect(byId(7)[0]).toMatchObject({
      error: { code: 'badRequest', message: expect.stringContaining('dance') },
    });
    expect(byId(1)[0]).toHaveProperty('result');
    expect(byId(8)[0]).toHaveProperty('result');
  });

  it('stops at shutdown', () => {
    const { status, answers } = byHand('{"id":1,"method":"shutdown"}', '{"id":2,"method":"describe"}');
    expect(status).toBe(0);
    expect(answers[0]).toEqual({ id: 1, result: {} });
  });

  it('prints its usage and refuses an unknown option', () => {
    expect(spawnSync(nativeProgram, ['--help'], { encoding: 'utf8' }).stdout).toContain('calibrate');
    expect(spawnSync(nativeProgram, ['--nonsense'], { encoding: 'utf8' }).status).toBe(2);
  });

  it('can be kept to a lower instruction set, for all that it does', () => {
    const described = (...options: string[]) => {
      const input =
        '{"id":1,"method":"describe"}\n{"id":2,"method":"calibrate","only":"arithmetic","secondsPerCeiling":0.001}\n';
      const result = spawnSync(nativeProgram, options, { input, encoding: 'utf8' });
      const answers = result.stdout.split('\n').filter((line) => line.includes('"result"'));
      const [description, calibration] = answers.map((line) => JSON.parse(line).result);
      return {
        sets: providerResults.describe.parse(description).devices[0]?.instructionSets ?? [],
        ceilings: providerResults.calibrate
          .parse(calibration)
          .arithmetic.map(({ instructionSet }) => instructionSet),
      };
    };
    const all = described().sets;
    for (const [index, name] of all.entries()) {
      const kept = described('--isa', name);
      expect(kept.sets).toEqual(all.slice(index));
      expect(kept.ceilings).toContain(name);
      for (const higher of all.slice(0, index)) expect(kept.ceilings).not.toContain(higher);
    }
  });

  it.each([
    ['one that does not exist', ['--isa', 'avx1024'], "There is no instruction set 'avx1024'"],
    ['none', ['--isa'], '--isa needs the name of an instruction set'],
  ])('refuses to be kept to %s', (_what, options, message) => {
    const { status, stdout, stderr } = spawnSync(nativeProgram, options, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    // What there is, so that the next try succeeds.
    expect(stderr.split('\n')[0]).toMatch(/generic\.$/);
  });

  it('predicts from the ceilings that it is told, level by level', async () => {
    const ceilings = {
      operationsPerSecond: 1e11,
      levels: [
        { level: 'L1', bytesPerSecond: 3e11 },
        { level: 'L2', bytesPerSecond: 1e11 },
        { level: 'L3', bytesPerSecond: 4e10 },
        { level: 'DRAM', bytesPerSecond: 1e10 },
      ],
    };
    const graph = model('resnet50', 64);
    const plain = await native.prepare(graph, 'fused');
    const told = await native.prepare(graph, 'fused', { ceilings });
    const faster = await native.prepare(graph, 'fused', {
      ceilings: { ...ceilings, operationsPerSecond: 2e11 },
    });
    for (const [index, kernel] of told.kernels.entries()) {
      // What was not measured is not predicted by.
      expect(plain.kernels[index]?.prediction).toBeUndefined();
      expect(kernel.schedule !== undefined).toBe(kernel.implementation.match(/^(fused|layers)\./) !== null);
      if (kernel.operations === 0) continue;
      const { prediction } = kernel;
      if (prediction === undefined) throw new Error(`${kernel.name} has no prediction`);
      const { arithmeticNs, pointwiseNs, levels, timeNs } = prediction;
      expect(levels.map(({ level }) => level)).toEqual(['L1', 'L2', 'L3', 'DRAM']);
      expect(timeNs).toBeCloseTo(
        levels.reduce((sum, level) => sum + level.timeNs, arithmeticNs + pointwiseNs),
        0,
      );
      for (const [position, { bytes, timeNs: levelNs }] of levels.entries()) {
        const rate = ceilings.levels[position]?.bytesPerSecond ?? 0;
        expect(Math.abs(levelNs - (bytes / rate) * 1e9)).toBeLessThan(1);
      }
      // Recomputed rows count; useful ones are never left out, nor is what must cross from outside.
      expect(arithmeticNs).toBeGreaterThanOrEqual(
        (kernel.operations / ceilings.operationsPerSecond) * 1e9 - 1,
      );
      const bytes = levels.reduce((sum, level) => sum + level.bytes, 0);
      expect(bytes).toBeGreaterThanOrEqual(kernel.inputBytes + kernel.outputBytes);
      expect(faster.kernels[index]?.prediction?.timeNs ?? timeNs).toBeLessThan(timeNs);
    }
    for (const { handle } of [plain, told, faster]) await native.call('release', { handle });
  });

  it('refuses ceilings that are none', async () => {
    const ceilings = { operationsPerSecond: 0, levels: [] };
    await expect(native.prepare(model('convfirst_pico', 32), 'fused', { ceilings })).rejects.toMatchObject({
      error: { code: 'badRequest', message: 'A ceiling must be more than zero.' },
    });
  });

  it('plans the blocks that it fuses as one kernel each', () => {
    const graph = model('convfirst_pico');
    const fused = planGraph(graph, 'fused', fusable).kernels.filter((kernel) => kernel.fused);
    const blocks = graph.blocks.filter(({ kind }) => fusable.has(kind));
    expect(fused.map(({ name }) => name)).toEqual(blocks.map(({ name }) => name));
    for (const { block, operators } of fused) {
      const isStep = graph.blocks[block]?.kind === 'convfirstDownsample';
      expect(operatorAt(graph, operators.at(-1) ?? 0).kind).toBe(isStep ? 'conv2d' : 'add');
    }
  });
});
