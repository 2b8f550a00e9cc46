/** A node of a file with what its attributes say, and how it is refused. */
import type { OnnxNode } from './file/onnx.ts';
import { ImportRefused } from './refusal.ts';

export class NodeReader {
  readonly node: OnnxNode;
  readonly name: string;
  readonly opset: number;

  constructor(node: OnnxNode, name: string, opset: number) {
    this.node = node;
    this.name = name;
    this.opset = opset;
  }

  get type(): string {
    return this.node.type;
  }

  refuse(why: string): never {
    throw new ImportRefused(
      `${this.type} (node ${this.name}) ${why}.`,
      'docs/networks.md says what can be imported.',
    );
  }

  has(attribute: string): boolean {
    return this.node.attributes.has(attribute);
  }

  number(attribute: string, otherwise: number): number {
    return this.node.attributes.get(attribute)?.number ?? otherwise;
  }

  /** Undefined where it is left out, and empty where it is there and empty. */
  list(attribute: string): readonly number[] | undefined {
    return this.node.attributes.get(attribute)?.numbers;
  }

  text(attribute: string, otherwise: string): string {
    return this.node.attributes.get(attribute)?.text || otherwise;
  }

  /** How many results somebody may read. */
  get outputCount(): number {
    return this.node.outputs.length;
  }
}
