/** The zoo, written as exporters write networks and read back: the same operators, counts and plans. */
import { describe, expect, it } from 'vitest';
import { countGraph } from '../../../core/graph/count.ts';
import { type BlockKind, blockKinds, type Graph, type Operator } from '../../../core/graph/graph.ts';
import { planGraph } from '../../../core/graph/plan.ts';
import { importOnnx } from '../../../core/import/network.ts';
import { findModel } from '../../../core/models/zoo.ts';
import { type ExportStyle, exportGraph } from '../../fixtures/onnx/onnx-file.ts';

const names = [
  'resnet18',
  'resnet50',
  'resnext50_32x4d',
  'mobilenetv2_100',
  'mobilenetv3_large_100',
  'efficientnet_b0',
  'tf_efficientnet_b1',
  'tf_efficientnetv2_s',
  'convnext_atto',
  'regnetx_002',
  'regnety_004',
  'vgg16',
  'convfirst_pico',
];

function build(name: string): Graph {
  const model = findModel(name);
  if (model === undefined) throw new Error(`no model ${name}`);
  return model.build();
}

function reimport(graph: Graph, style?: ExportStyle): Graph {
  return importOnnx(exportGraph(graph, style).bytes(), `${graph.name}.onnx`).graph;
}

/** What an operator is, whatever it is called and wherever in its block it stands. */
function kindsOf(operators: readonly Operator[]): string[] {
  return operators
    .map(({ id: _, name: __, block: ___, inputs: ____, ...rest }) => JSON.stringify(sorted(rest)))
    .toSorted();
}

/** A layer norm's epsilon passes through 32 bits. */
function sorted(operator: object): unknown {
  const entries = Object.entries(operator).map(([key, value]) => [
    key,
    key === 'epsilon' ? Number(value).toPrecision(6) : value,
  ]);
  return entries.toSorted(([a], [b]) => String(a).localeCompare(String(b)));
}

/** Those that some provider fuses. */
const fusable: ReadonlySet<BlockKind> = new Set(
  blockKinds.filter((kind) => !['stem', 'conv', 'downsample', 'head'].includes(kind)),
);

const kernelsOf = (graph: Graph, kind: 'layerwise' | 'fused') =>
  planGraph(graph, kind, fusable).kernels.map(({ block, operators, fused }) => ({
    fused,
    kind: fused ? graph.blocks[block]?.kind : '',
    operators: kindsOf(operators.flatMap((id) => graph.operators[id] ?? [])),
  }));

describe.each(names)('%s', (name) => {
  const graph = build(name);

  it('comes back with the same operators, counts and kernels', () => {
    const back = reimport(graph);
    expect(kindsOf(back.operators)).toEqual(kindsOf(graph.operators));
    expect(countGraph(back)).toEqual(countGraph(graph));
    expect(kernelsOf(back, 'layerwise')).toEqual(kernelsOf(graph, 'layerwise'));
    expect(kernelsOf(back, 'fused')).toEqual(kernelsOf(graph, 'fused'));
  });

  it('has the same kernels where the exporter folds batch norms and takes activations and norms apart', () => {
    const back = reimport(graph, { foldsBatchNorm: true, decomposes: true });
    const { macs, activations } = countGraph(graph);
    expect(countGraph(back)).toMatchObject({ macs, activations });
    expect(planGraph(back, 'fused', fusable).kernels.map(({ fused }) => fused)).toEqual(
      planGraph(graph, 'fused', fusable).kernels.map(({ fused }) => fused),
    );
  });
});
