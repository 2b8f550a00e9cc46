import { describe, expect, it } from 'vitest';
import { boundKernel, dramBoundSeconds } from '../../../core/analysis/memory-levels.ts';
import { kernelTraffic } from '../../../core/analysis/traffic.ts';
import {
  aggregateRooflineEfficiency,
  operationalIntensity,
  type SimpleMachine,
  waterlineEfficiency,
  waterlineSeconds,
} from '../../../core/analysis/waterline.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import type { BlockKind, Graph } from '../../../core/graph/graph.ts';
import { costOfKernel, type PlanKind, planGraph } from '../../../core/graph/plan.ts';
import type { Ceilings } from '../../../core/protocol/run.ts';

/** The paper's machine: an A5000 at its base clock (76.68 Tflop/s in fp16) with a waterline of 160 operations a byte. */
const paperMachine: SimpleMachine = { peakOperationsPerSecond: 76.68e12, bytesPerSecond: 480e9 };
const batch = 128;

function square(
  name: string,
  channels: number,
  size: number,
  kind: BlockKind,
  build: (g: GraphBuilder) => void,
) {
  const g = new GraphBuilder(name, { height: size, width: size, channels });
  g.block(name, kind, () => build(g));
  return g.build();
}

function convFirst(channels: number, size: number, alpha: number): Graph {
  return square('convfirst', channels, size, 'convfirst', (g) => {
    const a = g.conv('conv', g.input, { outChannels: channels, kernelSize: 3, groups: channels / 8 });
    const b = g.conv('expand', a, { outChannels: alpha * channels, kernelSize: 1, activation: 'relu' });
    g.add('add', g.conv('project', b, { outChannels: channels, kernelSize: 1 }), g.input);
  });
}

function mbconv(channels: number, size: number, alpha: number, groupWidth: number): Graph {
  const hidden = alpha * channels;
  return square('mbconv', channels, size, 'mbconv', (g) => {
    const a = g.conv('expand', g.input, { outChannels: hidden, kernelSize: 1, activation: 'relu' });
    const b = g.conv('conv', a, {
      outChannels: hidden,
      kernelSize: 3,
      groups: hidden / groupWidth,
      activation: 'relu',
    });
    g.add('add', g.conv('project', b, { outChannels: channels, kernelSize: 1 }), g.input);
  });
}

function fusedMbconv(channels: number, size: number, alpha: number): Graph {
  return square('fused-mbconv', channels, size, 'fusedMbconv', (g) => {
    const a = g.conv('expand', g.input, { outChannels: alpha * channels, kernelSize: 3, activation: 'relu' });
    g.add('add', g.conv('project', a, { outChannels: channels, kernelSize: 1 }), g.input);
  });
}

function convNext(channels: number, size: number, alpha: number): Graph {
  return square('convnext', channels, size, 'convnext', (g) => {
    const a = g.depthwise('depthwise', g.input, { kernelSize: 7, batchNorm: false });
    const b = g.conv('expand', g.layerNorm('norm', a), {
      outChannels: alpha * channels,
      kernelSize: 1,
      batchNorm: false,
      activation: 'gelu',
    });
    g.add('add', g.conv('project', b, { outChannels: channels, kernelSize: 1, batchNorm: false }), g.input);
  });
}

function work(graph: Graph, plan: PlanKind) {
  const kinds = new Set(graph.blocks.map(({ kind }) => kind));
  return planGraph(graph, plan, kinds).kernels.map((kernel) => {
    const cost = costOfKernel(graph, kernel, batch, 'fp16');
    return {
      operations: cost.operations,
      bytes: cost.inputBytes + cost.outputBytes + cost.weightBytes,
    };
  });
}

// The bounds of the paper's blocks on the paper's machine, computed by hand from its formulas (residual read counted,
// batch norm folded, layer norm a kernel of its own).
const blocks = [
  {
    name: 'ConvFirst 64 x 64 x 64, alpha 6, group width 8',
    graph: convFirst(64, 64, 6),
    intensities: [36.0, 54.9, 48.0],
    layerwise: 30.9,
    roofline: 30.9,
    fusedIntensity: 420,
    milliseconds: [2.377, 0.735],
  },
  {
    name: 'MBConv 16 x 16 x 256, alpha 4, group width 8',
    graph: mbconv(256, 16, 4, 8),
    intensities: [203.5, 36.0, 169.8],
    layerwise: 70.2,
    roofline: 76.7,
    fusedIntensity: 1128,
    milliseconds: [0.728, 0.511],
  },
  {
    name: 'MBConv 16 x 16 x 256, alpha 4, depthwise',
    graph: mbconv(256, 16, 4, 1),
    intensities: [203.5, 4.5, 169.8],
    layerwise: 62.7,
    roofline: 68.4,
    fusedIntensity: 1010,
    milliseconds: [0.728, 0.456],
  },
  {
    name: 'FusedMBConv 64 x 64 x 64, alpha 4',
    graph: fusedMbconv(64, 64, 4),
    intensities: [460.4, 42.7],
    layerwise: 78.5,
    roofline: 100,
    fusedIntensity: 1277,
    milliseconds: [2.855, 2.241],
  },
  {
    name: 'ConvNeXt 64 x 64 x 128, alpha 4',
    graph: convNext(128, 64, 4),
    intensities: [24.5, 0, 102.4, 85.3],
    layerwise: 44.8,
    roofline: 44.8,
    fusedIntensity: 536,
    milliseconds: [4.195, 1.878],
  },
] as const;

describe('the waterline of the paper’s blocks on its machine', () => {
  it.each(blocks)('$name has the known bounds', (block) => {
    const layers = work(block.graph, 'layerwise');
    const fused = work(block.graph, 'fused');
    expect(layers).toHaveLength(block.intensities.length);
    for (const [index, intensity] of block.intensities.entries()) {
      const layer = layers[index];
      if (layer === undefined) throw new Error('a layer is missing');
      expect(Math.abs(operationalIntensity(layer) - intensity)).toBeLessThan(0.01 * intensity + 0.051);
    }
    expect(100 * waterlineEfficiency(paperMachine, layers)).toBeCloseTo(block.layerwise, 0);
    expect(100 * aggregateRooflineEfficiency(paperMachine, layers)).toBeCloseTo(block.roofline, 0);
    expect(fused).toHaveLength(1);
    expect(fused[0] && operationalIntensity(fused[0])).toBeGreaterThan(0.99 * block.fusedIntensity);
    expect(fused[0] && operationalIntensity(fused[0])).toBeLessThan(1.01 * block.fusedIntensity);
    expect(waterlineEfficiency(paperMachine, fused)).toBeCloseTo(1, 6);
    expect(1e3 * waterlineSeconds(paperMachine, layers)).toBeCloseTo(block.milliseconds[0], 2);
    expect(1e3 * waterlineSeconds(paperMachine, fused)).toBeCloseTo(block.milliseconds[1], 2);
  });

  it.each(blocks)('$name has the same bounds by what a run is shown with', (block) => {
    const ceilings: Ceilings = {
      provider: 'native',
      device: 'cpu',
      dtype: 'fp16',
      multipliedIn: 'fp16',
      threads: 1,
      peakOperationsPerSecond: paperMachine.peakOperationsPerSecond,
      instructionSet: 'of the paper',
      theoreticalOperationsPerSecond: null,
      // Without a cache every byte is charged to DRAM, as the paper does.
      levels: [{ level: 'DRAM', bytesPerSecond: paperMachine.bytesPerSecond, capacityBytes: null }],
    };
    for (const [index, kind] of (['layerwise', 'fused'] as const).entries()) {
      const plan = planGraph(block.graph, kind, new Set(block.graph.blocks.map((one) => one.kind)));
      const traffic = kernelTraffic(block.graph, plan, batch, 'fp16');
      let seconds = 0;
      let dramSeconds = 0;
      for (const [at, kernel] of plan.kernels.entries()) {
        const { operations } = costOfKernel(block.graph, kernel, batch, 'fp16');
        seconds += boundKernel(ceilings, operations, traffic[at] ?? []).seconds;
        dramSeconds += dramBoundSeconds(ceilings, operations, traffic[at] ?? []) ?? Number.NaN;
      }
      expect(1e3 * seconds).toBeCloseTo(block.milliseconds[index] ?? Number.NaN, 2);
      expect(1e3 * dramSeconds).toBeCloseTo(block.milliseconds[index] ?? Number.NaN, 2);
    }
  });

  it.each(blocks)('$name: the roofline of the whole is never below the waterline', (block) => {
    for (const plan of ['layerwise', 'fused'] as const) {
      const kernels = work(block.graph, plan);
      expect(aggregateRooflineEfficiency(paperMachine, kernels)).toBeGreaterThanOrEqual(
        waterlineEfficiency(paperMachine, kernels) - 1e-12,
      );
    }
  });
});
