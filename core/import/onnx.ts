/**
 * Reads an ONNX file as far as a network's structure goes: nodes, attributes, and of its tensors names, types and shapes. The
 * values of small tensors are kept, for they may be shapes, axes or bounds; weights are skipped, never copied. The file is
 * untrusted: whatever is no ONNX, or is cut off, is refused.
 */
import { PbfReader } from 'pbf';
import { ImportRefused } from './refusal.ts';

export interface OnnxTensor {
  readonly dims: readonly number[];
  /** Only of tensors with at most `mostValues` elements that lie in the file itself. */
  readonly values: readonly number[] | undefined;
}

export interface OnnxAttribute {
  /** Of a float or an integer. */
  readonly number: number | undefined;
  readonly numbers: readonly number[];
  readonly text: string | undefined;
  readonly tensor: OnnxTensor | undefined;
}

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  /** '' for an operator of ONNX itself. */
  readonly domain: string;
  /** '' for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxInput {
  readonly name: string;
  /** Null where the size is left open. */
  readonly dims: readonly (number | null)[];
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
  /** Without those that are weights. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
}

/** Weights may be large; whoever has more exports them as external data, beside a small file. */
const mostBytes = 1 << 30;
const mostNodes = 50_000;
const mostDims = 8;
const mostValues = 64;

/** Field numbers of onnx.proto3, version 1.18. */
const field = {
  model: { graph: 7 },
  graph: { node: 1, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, type: 4, attribute: 5, domain: 7 },
  attribute: { name: 1, float: 2, integer: 3, text: 4, tensor: 5, floats: 7, integers: 8 },
  tensor: { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, doubles: 10 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1 },
} as const;

/** Bytes and reader of the element types whose values matter. */
const elementTypes: Readonly<Record<number, readonly [bytes: number, read: (at: DataView) => number]>> = {
  1: [4, (at) => at.getFloat32(0, true)],
  6: [4, (at) => at.getInt32(0, true)],
  7: [8, (at) => Number(at.getBigInt64(0, true))],
  10: [2, (at) => halfOf(at.getUint16(0, true))],
  11: [8, (at) => at.getFloat64(0, true)],
};

/** To be asked before the file is read. Throws ImportRefused. */
export function refuseTooLarge(bytes: number): void {
  if (bytes <= mostBytes) return;
  throw new ImportRefused(
    `It is larger than ${mostBytes >> 30} GiB.`,
    'Export it with its weights as external data, and import the small file alone: weights are not read.',
  );
}

/** A float of 16 bits. */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25);
  return bits >> 15 === 1 ? -size : size;
}

/** Throws ImportRefused. */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  refuseTooLarge(bytes.length);
  let graph: OnnxGraph | undefined;
  try {
    const reader = new PbfReader(bytes);
    readFields(reader, bytes.length, (tag) => {
      if (tag === field.model.graph) graph = readGraph(reader);
    });
  } catch (error) {
    if (error instanceof ImportRefused) throw error;
    throw notOnnx();
  }
  if (graph === undefined || graph.nodes.length === 0) throw notOnnx();
  return graph;
}

function notOnnx(): ImportRefused {
  return new ImportRefused('It is no ONNX file, or only a part of one.', 'Export the network anew.');
}

/** What the reader takes for the end of a message may lie behind that of the file. */
function readFields(reader: PbfReader, end: number, read: (tag: number) => void): void {
  if (!(end <= reader.length)) throw notOnnx();
  reader.readFields((tag) => read(tag), undefined, end);
  if (reader.pos !== end) throw notOnnx();
}

function readMessage(reader: PbfReader, read: (tag: number) => void): void {
  const length = reader.readVarint();
  readFields(reader, reader.pos + length, read);
}

function readGraph(reader: PbfReader): OnnxGraph {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, OnnxTensor>();
  const inputs: OnnxInput[] = [];
  const outputs: string[] = [];
  readMessage(reader, (tag) => {
    if (tag === field.graph.node) nodes.push(readNode(reader));
    else if (tag === field.graph.initializer) {
      const { name, tensor } = readTensor(reader);
      tensors.set(name, tensor);
    } else if (tag === field.graph.input) inputs.push(readValue(reader));
    else if (tag === field.graph.output) outputs.push(readValue(reader).name);
    if (nodes.length + tensors.size > mostNodes) {
      throw new ImportRefused(`It has more than ${mostNodes} nodes and tensors.`);
    }
  });
  return { nodes, tensors, inputs: inputs.filter(({ name }) => !tensors.has(name)), outputs };
}

function readNode(reader: PbfReader): OnnxNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  let [name, type, domain] = ['', '', ''];
  readMessage(reader, (tag) => {
    if (tag === field.node.input) inputs.push(reader.readString());
    else if (tag === field.node.output) outputs.push(reader.readString());
    else if (tag === field.node.name) name = reader.readString();
    else if (tag === field.node.type) type = reader.readString();
    else if (tag === field.node.domain) domain = reader.readString();
    else if (tag === field.node.attribute) {
      const { key, attribute } = readAttribute(reader);
      attributes.set(key, attribute);
    }
  });
  return { name, type, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes };
}

function readAttribute(reader: PbfReader): { key: string; attribute: OnnxAttribute } {
  const numbers: number[] = [];
  let key = '';
  let number: number | undefined;
  let text: string | undefined;
  let tensor: OnnxTensor | undefined;
  readMessage(reader, (tag) => {
    if (tag === field.attribute.name) key = reader.readString();
    else if (tag === field.attribute.float) number = reader.readFloat();
    else if (tag === field.attribute.integer) number = reader.readVarint(true);
    else if (tag === field.attribute.text) text = reader.readString();
    else if (tag === field.attribute.tensor) tensor = readTensor(reader).tensor;
    else if (tag === field.attribute.floats) readNumbers(reader, numbers, 4, () => reader.readFloat());
    else if (tag === field.attribute.integers) readNumbers(reader, numbers, 1, () => reader.readVarint(true));
  });
  return { key, attribute: { number, numbers, text, tensor } };
}

function readTensor(reader: PbfReader): { name: string; tensor: OnnxTensor } {
  const dims: number[] = [];
  const typed: number[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  readMessage(reader, (tag) => {
    if (tag === field.tensor.dims) readNumbers(reader, dims, 1, () => reader.readVarint(true));
    else if (tag === field.tensor.type) type = reader.readVarint();
    else if (tag === field.tensor.name) name = reader.readString();
    else if (tag === field.tensor.raw) raw = reader.readBytes();
    else if (tag === field.tensor.floats) readNumbers(reader, typed, 4, () => reader.readFloat());
    else if (tag === field.tensor.doubles) readNumbers(reader, typed, 8, () => reader.readDouble());
    else if (tag === field.tensor.int32s || tag === field.tensor.int64s) {
      readNumbers(reader, typed, 1, () => reader.readVarint(true));
    }
  });
  if (dims.length > mostDims || !dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new ImportRefused(`The tensor ${name} has a shape that none has: ${dims.join(' x ')}.`);
  }
  const elements = dims.reduce((product, dim) => product * dim, 1);
  const values = typed.length > 0 ? typed : valuesOf(raw, type, elements);
  return { name, tensor: { dims, values: values?.length === elements ? values : undefined } };
}

function valuesOf(raw: Uint8Array | undefined, type: number, elements: number): number[] | undefined {
  const known = elementTypes[type];
  if (elements === 0) return [];
  if (known === undefined || elements > mostValues) return undefined;
  const [bytes, read] = known;
  if (raw?.length !== elements * bytes) return undefined;
  return Array.from({ length: elements }, (_, index) =>
    read(new DataView(raw.buffer, raw.byteOffset + index * bytes, bytes)),
  );
}

/** A repeated field, packed or one by one; of a long one nothing but its beginning is kept. */
function readNumbers(reader: PbfReader, into: number[], leastBytes: number, read: () => number): void {
  const keep = () => {
    const value = read();
    if (into.length <= mostValues) into.push(value);
  };
  const isPacked = reader.type === 2;
  const length = isPacked ? reader.readVarint() : 0;
  const end = reader.pos + length;
  if (!(end <= reader.length)) throw notOnnx();
  if (!isPacked) keep();
  else if (length > 10 * leastBytes * mostValues) reader.pos = end;
  else while (reader.pos < end) keep();
}

function readValue(reader: PbfReader): OnnxInput {
  const dims: (number | null)[] = [];
  let name = '';
  const readDimension = () => {
    let size: number | null = null;
    readMessage(reader, (tag) => {
      if (tag === field.dimension.value) size = reader.readVarint(true);
    });
    dims.push(size);
  };
  const inside = (wanted: number, read: () => void) => () =>
    readMessage(reader, (tag) => {
      if (tag === wanted) read();
    });
  const readShape = inside(field.shape.dimension, readDimension);
  const readType = inside(field.type.tensor, inside(field.tensorType.shape, readShape));
  readMessage(reader, (tag) => {
    if (tag === field.value.name) name = reader.readString();
    else if (tag === field.value.type) readType();
  });
  return { name, dims };
}
