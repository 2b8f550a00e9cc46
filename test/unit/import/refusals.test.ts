/** What is no network that can be measured is refused with its name; what is no ONNX at all does no harm. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImportRefused, importOnnx } from '../../../core/import/network.ts';
import { findModel } from '../../../core/models/zoo.ts';
import { type Dimension, exportGraph, OnnxFile } from '../../fixtures/onnx/onnx-file.ts';

const image: readonly Dimension[] = ['N', 3, 32, 32];

/** A file of one input, what `build` makes of it, and a result. */
function fileOf(build: (file: OnnxFile, x: string) => string, dims = image): OnnxFile {
  const file = new OnnxFile();
  file.output(build(file, file.input('x', dims)));
  return file;
}

function conv(file: OnnxFile, x: string, channels = 3, attributes = {}, name?: string): string {
  return file.node('Conv', [x, file.weights([8, channels, 3, 3])], attributes, name);
}

function refusalOf(file: OnnxFile | Uint8Array, imageSize?: number): string {
  try {
    importOnnx(file instanceof Uint8Array ? file : file.bytes(), 'net.onnx', { imageSize });
  } catch (error) {
    expect(error).toBeInstanceOf(ImportRefused);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('It was imported.');
}

describe('an operator that there is none for', () => {
  it.each<[string, (file: OnnxFile, x: string) => string, RegExp]>([
    [
      'ConvTranspose',
      (file, x) => file.node('ConvTranspose', [x, file.weights([3, 8, 2, 2])], {}, '/up/ConvTranspose'),
      /^Plimsoll has no ConvTranspose \(node \/up\/ConvTranspose\)\.$/,
    ],
    ['dilation', (file, x) => conv(file, x, 3, { dilations: [2, 2] }, '/d/Conv'), /node \/d\/Conv.*dilated/],
    ['unequal strides', (file, x) => conv(file, x, 3, { strides: [1, 2] }), /strides 1 x 2/],
    ['LeakyRelu', (file, x) => file.node('LeakyRelu', [conv(file, x)]), /LeakyRelu .* slope 0.01/],
    [
      'another Clip',
      (file, x) => file.node('Clip', [x, file.scalar(-1), file.scalar(1)]),
      /clips to -1 and 1/,
    ],
    [
      'Erf alone',
      (file, x) => file.node('Erf', [conv(file, x)], {}, '/e/Erf'),
      /no Erf that stands by itself/,
    ],
    ['a border alone', (file, x) => file.node('Pad', [x, file.integers([0, 0, 1, 1, 0, 0, 1, 1])]), /no Pad/],
    [
      'a product of two maps',
      (file, x) => file.node('Mul', [conv(file, x), conv(file, x)]),
      /multiplies two/,
    ],
    [
      'a sum of two shapes',
      (file, x) => file.node('Add', [conv(file, x), x]),
      /Add .* joins tensors of 1 x 8/,
    ],
    ['a window too large', (file, x) => file.node('Conv', [x, file.weights([8, 3, 64, 64])]), /window of 64/],
    ['weights of another width', (file, x) => conv(file, x, 5), /weights for 5 x 1 channels and reads 3/],
    [
      'channels in groups',
      (file, x) => file.node('Reshape', [conv(file, x), file.integers([0, 2, 4, 30, 30])]),
      /a tensor of 1 x 2 x 4 x 30 x 30 from a map of 8 channels/,
    ],
    ['an unknown shape', (file, x) => file.node('Reshape', [x, 'nowhere']), /reads nowhere/],
    ['a softmax in the middle', (file, x) => file.node('Relu', [file.node('Softmax', [x])]), /Softmax/],
  ])('is refused: %s', (_, build, why) => {
    expect(refusalOf(fileOf(build))).toMatch(why);
  });
});

it.each([
  ['around a layer', 'QuantizeLinear', ['scale', 'zero']],
  ['as a layer of integers', 'ConvInteger', ['weights']],
  ['as one of its own', 'QLinearConv', ['scale', 'zero', 'weights', 'scale', 'zero', 'scale', 'zero']],
])('a quantized network is refused as such: %s', (_, type, inputs) => {
  const file = fileOf((made, x) => {
    const tensors = inputs.map((name) => (name === 'weights' ? made.weights([8, 3, 3, 3]) : made.scalar(1)));
    return made.node(type, [x, ...tensors], {}, '/q');
  });
  expect(refusalOf(file)).toBe(`It is quantized: ${type} (node /q) computes with integers.`);
});

describe('inputs and results', () => {
  it('are an image and one tensor', () => {
    const relu = (file: OnnxFile, x: string) => file.node('Relu', [x]);
    expect(refusalOf(fileOf(relu, ['N', 'T', 512]))).toMatch(/shape \? x \? x 512, and that is no image/);
    expect(refusalOf(fileOf(relu, ['N', 'C', 'H', 'W']))).toMatch(/no image/);
    expect(refusalOf(fileOf(relu, [1, 3, 224, 320]), 224)).toMatch(/images of 224 x 320 and for no others/);
    const two = fileOf((file, x) => file.node('Add', [x, file.input('mask', [1, 3, 32, 32])]));
    expect(refusalOf(two)).toMatch(/2 inputs: x, mask/);
    const results = fileOf(relu);
    results.output('x');
    expect(refusalOf(results)).toMatch(/2 results/);
  });

  it('have the size of the file, and the one asked for where that is open', () => {
    const fixed = fileOf((file, x) => conv(file, x));
    expect(refusalOf(fixed, 64)).toMatch(/exported for images of 32 x 32/);
    const open = fileOf((file, x) => conv(file, x), [1, 3, 'H', 'W']).bytes();
    const sizes = [undefined, 96].map(
      (imageSize) => importOnnx(open, 'net.onnx', { imageSize }).graph.operators[0]?.output.height,
    );
    expect(sizes).toEqual([224, 96]);
  });

  it('may be NHWC, as TensorFlow has them', () => {
    const file = fileOf(
      (made, x) => conv(made, made.node('Transpose', [x], { perm: [0, 3, 1, 2] })),
      [1, 32, 32, 3],
    );
    expect(importOnnx(file.bytes(), 'tf.onnx').graph.operators.at(-1)?.output).toEqual({
      height: 30,
      width: 30,
      channels: 8,
    });
  });
});

describe('a file from anybody', () => {
  const good = exportGraph(findModel('mobilenetv3_small_100')?.build(64) ?? expect.unreachable()).bytes();

  it('is refused when it is cut off anywhere', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: good.length - 1 }), (length) => {
        // What stands behind the graph is the version, and is not needed.
        if (length >= good.length - 4) return;
        expect(refusalOf(good.subarray(0, length))).toMatch(/only a part of one/);
      }),
      { numRuns: 300 },
    );
  });

  it('is refused or imported, and nothing else, whatever its bytes', () => {
    const attempt = (bytes: Uint8Array) => {
      try {
        importOnnx(bytes, 'net.onnx');
      } catch (error) {
        expect(error).toBeInstanceOf(ImportRefused);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), attempt), { numRuns: 2000 });
    const flips = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(flips, (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, value] of changes) bytes[at] = value;
        attempt(bytes);
      }),
      { numRuns: 2000 },
    );
  }, 60_000);

  it('may not make tensors or weights that no network has', () => {
    const wide = (channels: number) =>
      fileOf((file, x) => file.node('Conv', [x, file.weights([channels, 3, 1, 1])], { group: 1 }));
    expect(refusalOf(wide(2 ** 40))).toMatch(/and no network has one/);
    expect(refusalOf(fileOf((file, x) => conv(file, x), [1, 3, 2 ** 30, 2 ** 30]))).toMatch(
      /no network has one/,
    );
    const padded = fileOf((file, x) => conv(file, x, 3, { pads: [9, 9, 9, 9] }));
    expect(refusalOf(padded)).toMatch(/does not make a tensor of its shape/);
    const endless = fileOf((file, x) => {
      const bounds = [[0], [1]].map((one) => file.integers(one));
      const cut = file.node('Slice', [file.weights([2 ** 40, 0]), ...bounds]);
      return file.node('Reshape', [x, cut]);
    });
    expect(refusalOf(endless)).toMatch(/Reshape.*makes a tensor/);
    const deep = fileOf((file, x) => {
      let at = conv(file, x);
      for (let layer = 0; layer < 3000; layer++) at = file.node('Sigmoid', [at]);
      return at;
    });
    expect(refusalOf(deep)).toMatch(/3002 operators, and at most 2000/);
  });
});
