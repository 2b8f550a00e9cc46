import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countGraph, countOperator } from '../../../core/graph/count.ts';
import { convolutionForm, type Graph, operatorAt } from '../../../core/graph/graph.ts';
import { planGraph } from '../../../core/graph/plan.ts';
import { publishedAccuracy } from '../../../core/models/accuracy.ts';
import { paperResults } from '../../../core/models/paper-results.ts';
import { findModel, models, suggestModels } from '../../../core/models/zoo.ts';

function readCsv(name: string): readonly Readonly<Record<string, string>>[] {
  const path = new URL(`../../fixtures/models/${name}`, import.meta.url);
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const columns = head.split(',');
  return lines.map((line) => {
    const fields = line.split(',');
    return Object.fromEntries(columns.map((column, index) => [column, fields[index] ?? '']));
  });
}

function build(name: string, imageSize?: number): Graph {
  const model = findModel(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model.build(imageSize);
}

interface LayerRow {
  readonly name: string;
  readonly kind: string;
  readonly cin: number;
  readonly cout: number;
  readonly k: number;
  readonly stride: number;
  readonly groups: number;
  readonly macs: number;
  readonly params: number;
  readonly acts: number;
}

/** The graph's layers with arithmetic, in the form of the fixture; squeeze-and-excite is two of them. */
function layersOf(graph: Graph): ReadonlyMap<string, LayerRow> {
  const rows = graph.operators.flatMap((operator): LayerRow[] => {
    const count = countOperator(graph, operator);
    const single = { k: 1, stride: 1, groups: 1 };
    switch (operator.kind) {
      case 'conv2d':
        return [
          {
            name: operator.name,
            kind: convolutionForm(operator) === 'dense' ? 'full' : convolutionForm(operator),
            cin: operator.inChannels,
            cout: operator.outChannels,
            k: operator.kernelHeight,
            stride: operator.stride,
            groups: operator.groups,
            macs: count.macs,
            params: count.weightElements - (operator.batchNorm ? operator.outChannels : 0),
            acts: count.activations,
          },
        ];
      case 'linear': {
        // The table counts a linear layer over a map as a convolution as large as that map.
        const input = operatorAt(graph, operator.inputs[0] ?? 0).output;
        return [
          {
            ...single,
            name: operator.name,
            kind: 'linear',
            cin: input.channels,
            cout: operator.outFeatures,
            k: input.height,
            macs: count.macs,
            params: count.parameters,
            acts: count.activations,
          },
        ];
      }
      case 'squeezeExcite': {
        const channels = operator.output.channels;
        const squeezed = operator.squeezeChannels;
        const layer = (name: string, cin: number, cout: number): LayerRow => ({
          ...single,
          name: `${operator.name}.${name}`,
          kind: 'se',
          cin,
          cout,
          macs: cin * cout,
          params: cin * cout + cout,
          acts: cout,
        });
        return [layer('reduce', channels, squeezed), layer('expand', squeezed, channels)];
      }
      default:
        return [];
    }
  });
  return new Map(rows.map((row) => [row.name, row]));
}

describe('totals', () => {
  it.each(readCsv('totals.csv'))(
    '$model at $imageSize',
    ({ model, imageSize, macs, activations, parameters }) => {
      const count = countGraph(build(model ?? '', Number(imageSize)));
      expect(count.macs).toBe(Number(macs));
      expect(count.parameters).toBe(Number(parameters));
      if (activations !== '') expect(count.activations).toBe(Number(activations));
    },
  );
});

describe('layers', () => {
  const expected = Map.groupBy(readCsv('layers.csv'), (row) => `${row.model} at ${row.img_size}`);

  it.each([...expected.keys()])('%s', (key) => {
    const rows = expected.get(key) ?? [];
    const layers = layersOf(build(rows[0]?.model ?? '', Number(rows[0]?.img_size)));
    const wanted = rows.map((row) => ({
      name: row.name,
      kind: row.kind,
      ...Object.fromEntries(
        ['cin', 'cout', 'k', 'stride', 'groups', 'macs', 'params', 'acts'].map((column) => [
          column,
          Number(row[column]),
        ]),
      ),
    }));
    expect(rows.map((row) => layers.get(row.name ?? ''))).toEqual(wanted);
    expect(layers.size).toBe(rows.length);
  });
});

describe('the zoo', () => {
  it('has every model of the totals, and no name twice', () => {
    expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
    for (const { model } of readCsv('totals.csv')) expect(findModel(model ?? '')).toBeDefined();
  });

  it.each(models)('$name folds every residual sum into a layer', (model) => {
    const graph = model.build();
    const plan = planGraph(graph, 'layerwise', new Set());
    const alone = plan.kernels.filter(({ operators }) => operatorAt(graph, operators[0] ?? 0).kind === 'add');
    expect(alone).toEqual([]);
  });

  it('suggests near names and none that are far', () => {
    expect(suggestModels('resnet51')[0]).toBe('resnet50');
    expect(suggestModels('ConvFirst-Pico')[0]).toBe('convfirst_pico');
    expect(suggestModels('convfirst')).toEqual(['convfirst_nano', 'convfirst_pico', 'convfirst_tiny']);
    expect(suggestModels('zzzzzzzz')).toEqual([]);
  });

  it('refuses an image that is too small', () => {
    expect(() => build('vgg16', 16)).toThrow(/window/);
  });
});

describe('ConvFirst, a reconstruction', () => {
  it.each(paperResults.filter(({ family }) => family === 'convfirst'))(
    '$model is within 2% of the paper',
    ({ model, macsBillionsFromFigure, parametersMillions }) => {
      const name = model.toLowerCase().replace(' ', '_');
      const count = countGraph(build(name));
      expect(macsBillionsFromFigure).not.toBeNull();
      expect(Math.abs(count.macs / 1e9 / (macsBillionsFromFigure ?? 0) - 1)).toBeLessThan(0.02);
      expect(Math.abs(count.parameters / 1e6 / parametersMillions - 1)).toBeLessThan(0.02);
      expect(findModel(name)?.reconstruction).toMatch(/within 2%/);
    },
  );

  it('is the only family that is one', () => {
    for (const model of models) expect(model.reconstruction !== undefined).toBe(model.family === 'convfirst');
  });
});

describe('published accuracy', () => {
  it('has a source and belongs to one size', () => {
    expect(publishedAccuracy('resnet50', 224)).toEqual({
      top1: 76.156,
      source: expect.stringContaining('resnet50.tv_in1k'),
    });
    expect(publishedAccuracy('resnet50', 256)).toBeUndefined();
    expect(publishedAccuracy('efficientnet_b7', 600)).toBeUndefined();
    expect(publishedAccuracy('convfirst_pico', 256)?.source).toContain('arXiv 2404.03617');
  });
});
