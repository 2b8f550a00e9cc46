/** The cases that are computed on a device reach every line of code that the kernels generate for the networks of the zoo. */
import { expect, it } from 'vitest';
import type { Graph } from '../../../core/graph/graph.ts';
import { type PlanKind, planGraph } from '../../../core/graph/plan.ts';
import { findModel } from '../../../core/models/zoo.ts';
import type { LowerOptions } from '../../../webgpu-bench/network/lower.ts';
import { fusableBlocks } from '../../../webgpu-bench/network/lower-block.ts';
import { lowerKernel } from '../../../webgpu-bench/network/lower-kernel.ts';
import { type ArithmeticCase, arithmeticCases, limitsOf } from '../../fixtures/webgpu/arithmetic-cases.ts';
import { blockNetworks, operatorsNetwork } from '../../fixtures/webgpu/networks.ts';

/** Of each family, and with BlurPool, squeeze-and-excite and groups. */
const models = [
  'resnet50',
  'regnety_004',
  'mobilenetv3_large_100',
  'efficientnet_b0',
  'tf_efficientnetv2_s',
  'convnext_tiny',
  'convfirst_pico',
];

/** The file that a code comes from: blocks of several kinds share one, and tiles are numbers. */
function generatorOf(implementation: string): string {
  return implementation
    .replace(/\.\d+(x\d+)*$/, '')
    .replace(/^block\.(convfirst|convfirstDownsample|convnext|ffn)\b/, 'block.ffn')
    .replace(/^block\.(mbconv|depthwiseSeparable|fusedMbconv|bottleneck)\b.*/, 'block.mbconv');
}

const shapes = new Map<string, string>();

/**
 * A line without its numbers, and without what follows a sum: `applyEpilogue` writes that for every generator, so that it is looked at
 * by itself. A statement that is repeated in a line counts once.
 */
function shapeOf(line: string): string {
  const known = shapes.get(line);
  if (known !== undefined) return known;
  const shape = line
    .trim()
    .replace(/activate_\w+/g, '')
    .replace(/\d+(\.\d+)?(e-?\d+)?/g, '#')
    .replace(/ \+ (vec#f\()?residual\[[^\]]*\]\)?/g, '')
    .replace(/[()]/g, '');
  const statements = shape.split('; ');
  const once = statements.filter((statement, index) => statement !== statements[index - 1]).join('; ');
  shapes.set(line, once);
  return once;
}

/** The lines of some texts, by the generator that they are from. One that is the same in 16 and 32 bits is one. */
class Lines {
  readonly all = new Set<string>();
  private readonly texts = new Set<string>();

  /** Those of one candidate of each launch, or of all of them. */
  add(graph: Graph, plan: PlanKind, options: LowerOptions, candidate?: number): void {
    for (const kernel of planGraph(graph, plan, new Set(fusableBlocks)).kernels) {
      for (const { candidates } of lowerKernel(graph, kernel, options).launches) {
        const at = Math.min(candidate ?? 0, candidates.length - 1);
        for (const { implementation, wgsl } of candidate === undefined
          ? candidates
          : candidates.slice(at, at + 1)) {
          if (!this.texts.has(wgsl)) this.read(generatorOf(implementation), wgsl);
          this.texts.add(wgsl);
        }
      }
    }
  }

  addCase({ graph, plan, batch, candidate, tiles }: ArithmeticCase, storage: 'f32' | 'f16'): void {
    this.add(graph(), plan, { batch, storage, limits: limitsOf[tiles] }, candidate);
  }

  private read(generator: string, wgsl: string): void {
    const [head = '', body = ''] = wgsl.split('@compute');
    for (const line of body.split('\n')) this.all.add(`${generator}: ${shapeOf(line)}`);
    for (const line of head.split('\n')) {
      const [, activation] = /^fn activate_(\w+)/.exec(line) ?? [];
      if (activation !== undefined) this.all.add(`activation: ${activation}`);
      if (/^(enable|@group|var<workgroup>)/.test(line)) this.all.add(`${generator}: ${shapeOf(line)}`);
    }
    const residual = /(activate_\w+\()?\(?[^;=]*\)? \+ (?:vec4f\()?residual\[/.exec(body);
    if (residual !== null) this.all.add(`residual${residual[1] === undefined ? '' : ' with an activation'}`);
  }
}

it('every line that is executed in a network is computed in a case', () => {
  const computed = new Lines();
  const executed = new Lines();
  for (const storage of ['f32', 'f16'] as const) {
    for (const one of arithmeticCases[storage]) computed.addCase(one, storage);
    for (const limits of Object.values(limitsOf)) {
      for (const name of models) {
        const model = findModel(name) ?? expect.unreachable(`no model ${name}`);
        const graph = model.build(model.defaultSize);
        executed.add(graph, 'layerwise', { batch: 3, storage, limits });
        executed.add(graph, 'fused', { batch: 1, storage, limits });
      }
      // What no network of the zoo has, and a file of the user's may.
      executed.add(operatorsNetwork(), 'layerwise', { batch: 2, storage, limits });
      for (const network of Object.values(blockNetworks)) {
        executed.add(network(), 'fused', { batch: 2, storage, limits });
      }
    }
  }
  expect(executed.all.size).toBeGreaterThan(700);
  expect([...executed.all].filter((line) => !computed.all.has(line))).toEqual([]);
});
