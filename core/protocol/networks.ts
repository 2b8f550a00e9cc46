/** An imported network: a graph in a file of the data folder, and as it travels through the API. Both are untrusted. */
import { z } from 'zod';
import { problemOfGraph } from '../graph/check.ts';
import type { Graph } from '../graph/graph.ts';
import { WireGraphSchema } from './provider.ts';

export const networkVersion = 1;

/** Also the name of a file. */
const NetworkNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    'A name has at most 64 letters, digits, underscores, points and hyphens',
  );

export const GraphSchema = WireGraphSchema.omit({ inputBound: true }).check(({ value, issues }) => {
  const problem = problemOfGraph(value);
  if (problem !== undefined) issues.push({ code: 'custom', input: value, message: problem });
});

const SourceSchema = z.string().min(1).max(255);

export const NetworkSchema = z.object({
  format: z.literal('plimsoll-network'),
  version: z.literal(networkVersion),
  /** The file that it was read from. */
  source: SourceSchema,
  importedAt: z.iso.datetime(),
  graph: GraphSchema,
});
export type Network = z.infer<typeof NetworkSchema>;

export const NetworkImportSchema = z.object({
  /** Where it is left out, it is called as its file, with a number behind where that is taken. */
  name: NetworkNameSchema.optional(),
  source: SourceSchema,
  graph: GraphSchema,
});
export type NetworkImport = z.infer<typeof NetworkImportSchema>;

export function toNetworkGraph({ name, blocks, operators }: Graph): Network['graph'] {
  return {
    name,
    blocks: blocks.map((block) => ({ ...block })),
    operators: operators.map((operator) => ({ ...operator, inputs: [...operator.inputs] })),
  };
}

/** `My Net.v2.onnx` → `My_Net.v2`. */
export function networkNameOf(fileName: string): string {
  const base = fileName.replace(/^.*[\\/]/, '').replace(/\.onnx$/i, '');
  return (
    base
      .replaceAll(/[^A-Za-z0-9_.-]+/g, '_')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 56) || 'network'
  );
}
