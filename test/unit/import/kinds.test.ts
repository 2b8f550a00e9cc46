/**
 * Each kind of node that exporters write in their own ways, in at least three variants: what is imported computes what ONNX's reference
 * implementation computed from the same file, and the rest is refused. `npm run test:onnx` does the same with 2,000 random networks.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countGraph } from '../../../core/graph/count.ts';
import { ImportRefused, readNetwork } from '../../../core/import/network.ts';
import { compareNetwork, type Reference } from '../../fixtures/onnx/compare.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'onnx', 'kinds');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.onnx') ? [file.slice(0, -5)] : []));
const fileOf = (name: string) => readFileSync(join(folder, `${name}.onnx`));
const variantsOf = (kind: string) => names.filter((name) => name.startsWith(`${kind}.`));

function outcomeOf(name: string): string {
  const reference: Reference = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  try {
    return compareNetwork(fileOf(name), reference) ?? 'right';
  } catch (error) {
    if (error instanceof ImportRefused) return error.message;
    throw error;
  }
}

const operatorsOf = (name: string) =>
  readNetwork(fileOf(name), name).graph.operators.map((operator) =>
    operator.kind === 'activation'
      ? operator.function
      : operator.kind === 'conv2d' && operator.scaleOnly === true
        ? 'scale'
        : operator.kind,
  );

const imported = [
  'by-channels',
  'constant',
  'dead',
  'functions',
  'hard-sigmoid',
  'nhwc',
  'norm-alone',
  'order',
  'pad',
  'parts',
  'read-twice',
  'relu6',
  'rescaling',
  'same-padding',
  'shared-weights',
  'small-floats',
  'squeeze-excite',
  'swish',
  'unlike-axes',
];

describe.each(imported)('%s', (kind) => {
  it('has at least three variants', () => {
    expect(variantsOf(kind).length).toBeGreaterThanOrEqual(3);
  });

  it.each(variantsOf(kind))('%s computes what its file does', (name) => {
    expect(outcomeOf(name)).toBe('right');
  });
});

describe('a neighbour of what is folded', () => {
  it.each([
    ['by-width.sum', /Add .* adds a constant of 4 on a tensor of 1 x 4 x 4 x 4/],
    ['by-width.product', /Mul .* multiplies by a constant of 4 x 1 on/],
    ['by-width.quotient', /Div .* divides by a constant of 4 x 4 x 4 on/],
    ['norm-of-more.map', /LayerNormalization .* more than the channels/],
    ['norm-of-more.row', /LayerNormalization .* more than the channels/],
    ['norm-of-more.pixels-and-channels', /LayerNormalization .* more than the channels/],
    ['average.without-its-border', /AveragePool .* averages over fewer pixels at the borders/],
    ['norm-as-arithmetic.other-power', /Pow .* the power of 4/],
  ])('%s is refused', (name, why) => {
    expect(outcomeOf(name)).toMatch(why);
  });

  it.each([
    ['average.as-large-as-its-map', ['input', 'conv2d', 'averagePool']],
    ['average.of-the-map', ['input', 'conv2d', 'globalAveragePool']],
    ['norm-as-arithmetic.quotient', ['input', 'conv2d', 'layerNorm']],
    ['norm-as-arithmetic.channels-first', ['input', 'conv2d', 'layerNorm']],
    ['read-twice.bias', ['input', 'conv2d', 'scale', 'relu', 'add']],
    ['read-twice.scale', ['input', 'conv2d', 'scale', 'concat']],
    ['squeeze-excite.another-slope', ['input', 'conv2d', 'squeezeExcite']],
    ['rescaling.unpadded', ['input', 'conv2d']],
    ['rescaling.padded', ['input', 'scale', 'conv2d']],
    ['norm-alone.of-the-image', ['input', 'scale', 'conv2d']],
    ['hard-sigmoid.steep', ['input', 'conv2d', 'hardSigmoid']],
    ['parts.swapped', ['input', 'conv2d', 'conv2d', 'concat']],
  ])('%s becomes its own operators', (name, operators) => {
    expect(outcomeOf(name)).toBe('right');
    expect(operatorsOf(name)).toEqual(operators);
  });
});

describe('parameters', () => {
  const parametersOf = (name: string) => countGraph(readNetwork(fileOf(name), name).graph).parameters;

  it('are counted once where layers share their weights', () => {
    expect(parametersOf('shared-weights.three-times')).toBe(4 * 4 * 9);
    expect(parametersOf('shared-weights.with-own-biases')).toBe(4 * 4 + 4 + 4);
    expect(parametersOf('shared-weights.linear')).toBe(4 * 4);
  });

  it('are those of the file where a squeeze-and-excite or a norm has no biases', () => {
    const layer = 4 * 3 * 9;
    expect(parametersOf('squeeze-excite.unsqueeze')).toBe(layer + 8 + 8 + 4);
    expect(parametersOf('squeeze-excite.squeeze')).toBe(layer + 8 + 8);
    expect(parametersOf('norm-as-arithmetic.channels-first')).toBe(layer + 4);
  });

  it('of a norm by itself are two a channel, and it counts no operations', () => {
    const { graph } = readNetwork(fileOf('norm-alone.after-pool'), 'norm');
    expect(countGraph(graph)).toMatchObject({ macs: 36 * 4 * 27, parameters: 4 * 27 + 2 * 4 });
  });

  it('of what an image is scaled by are none', () => {
    expect(parametersOf('rescaling.unpadded')).toBe(4 * 27);
    expect(parametersOf('rescaling.padded')).toBe(4 * 27);
  });
});

it('random networks compute what their files do, or are refused', () => {
  const outcomes = variantsOf('random').map((name) => [name, outcomeOf(name)] as const);
  // What is no refusal names neither a node nor a kernel.
  const wrong = outcomes.filter(([, outcome]) => /^(element|its shape)/.test(outcome));
  expect(wrong).toEqual([]);
  expect(outcomes.filter(([, outcome]) => outcome === 'right').length).toBeGreaterThanOrEqual(10);
});
