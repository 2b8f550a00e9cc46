/**
 * Reads an ONNX file: nodes, attributes, functions, and of its tensors names, types and shapes. Their values stay where they are in
 * the file, for most are weights; `TensorData.read` decodes them when somebody asks. The file is untrusted: whatever is no ONNX, or
 * is cut off, is refused.
 */
import { PbfReader } from 'pbf';
import { ImportRefused } from '../refusal.ts';
import { decodeRaw, decodeTyped, isUniformRaw } from './elements.ts';

export interface TensorData {
  readonly dims: readonly number[];
  /** A code of `elementType`. */
  readonly type: number;
  /** Undefined where the values lie outside the file, or are not those of the shape. */
  read(): Float64Array | undefined;
  /** All elements are known and the same, as in weights that start at zero. */
  isUniform(): boolean;
}

export interface OnnxAttribute {
  /** Of a float or an integer. */
  readonly number: number | undefined;
  readonly numbers: readonly number[];
  readonly text: string | undefined;
  readonly tensor: TensorData | undefined;
  /** It holds a graph, as the branches of a condition do. */
  readonly isGraph: boolean;
  /** In a function: the attribute of the calling node that it stands for. */
  readonly refersTo: string | undefined;
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
  readonly type: number;
}

/** A function of the file's own, that nodes call by its name. */
export interface OnnxFunction {
  readonly name: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly OnnxNode[];
  /** What an attribute is where the caller does not say. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly tensors: ReadonlyMap<string, TensorData>;
  /** Without those that are weights. */
  readonly inputs: readonly OnnxInput[];
  readonly outputs: readonly string[];
  readonly functions: readonly OnnxFunction[];
  /** Version of ONNX's own operators. */
  readonly opset: number;
}

/** Weights may be large; whoever has more exports them as external data, beside a small file. */
const mostBytes = 1 << 30;
const mostNodes = 50_000;
const mostDims = 8;
/** Of a field whose numbers stand one by one. */
const mostNumbers = 1 << 20;

/** Field numbers of onnx.proto3, version 1.18. */
const field = {
  model: { graph: 7, opset: 8, function: 25 },
  opset: { domain: 1, version: 2 },
  graph: { node: 1, initializer: 5, input: 11, output: 12, sparse: 15 },
  node: { input: 1, output: 2, name: 3, type: 4, attribute: 5, domain: 7 },
  attribute: {
    name: 1,
    float: 2,
    integer: 3,
    text: 4,
    tensor: 5,
    graph: 6,
    floats: 7,
    integers: 8,
    refersTo: 21,
  },
  tensor: { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, doubles: 10, uint64s: 11 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { value: 1 },
  function: { name: 1, input: 4, output: 5, node: 7, domain: 10, attributeDefault: 11 },
} as const;

/** To be asked before the file is read. Throws ImportRefused. */
export function refuseTooLarge(bytes: number): void {
  if (bytes <= mostBytes) return;
  throw new ImportRefused(
    `It is larger than ${mostBytes >> 30} GiB.`,
    'Export it with its weights as external data, and import the small file alone: weights are not read.',
  );
}

/** Throws ImportRefused. */
export function readOnnx(bytes: Uint8Array): OnnxGraph {
  refuseTooLarge(bytes.length);
  let graph: Omit<OnnxGraph, 'functions' | 'opset'> | undefined;
  const functions: OnnxFunction[] = [];
  let opset = 0;
  try {
    const reader = new PbfReader(bytes);
    readFields(reader, bytes.length, (tag) => {
      if (tag === field.model.graph) graph = readGraph(reader);
      else if (tag === field.model.function) functions.push(readFunction(reader));
      else if (tag === field.model.opset) opset = readOpset(reader) ?? opset;
    });
  } catch (error) {
    if (error instanceof ImportRefused) throw error;
    throw notOnnx();
  }
  if (graph === undefined || graph.nodes.length === 0) throw notOnnx();
  return { ...graph, functions, opset };
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

/** The version, if it is that of ONNX's own operators. */
function readOpset(reader: PbfReader): number | undefined {
  let [domain, version] = ['', 0];
  readMessage(reader, (tag) => {
    if (tag === field.opset.domain) domain = reader.readString();
    else if (tag === field.opset.version) version = reader.readVarint(true);
  });
  return domain === '' || domain === 'ai.onnx' ? version : undefined;
}

function readGraph(reader: PbfReader): Omit<OnnxGraph, 'functions' | 'opset'> {
  const nodes: OnnxNode[] = [];
  const tensors = new Map<string, TensorData>();
  const inputs: OnnxInput[] = [];
  const outputs: string[] = [];
  readMessage(reader, (tag) => {
    if (tag === field.graph.node) nodes.push(readNode(reader));
    else if (tag === field.graph.initializer) {
      const { name, tensor } = readTensor(reader);
      tensors.set(name, tensor);
    } else if (tag === field.graph.input) inputs.push(readValue(reader));
    else if (tag === field.graph.output) outputs.push(readValue(reader).name);
    else if (tag === field.graph.sparse) {
      throw new ImportRefused('It has sparse weights.', 'Plimsoll measures dense networks.');
    }
    if (nodes.length + tensors.size > mostNodes) {
      throw new ImportRefused(`It has more than ${mostNodes} nodes and tensors.`);
    }
  });
  return { nodes, tensors, inputs: inputs.filter(({ name }) => !tensors.has(name)), outputs };
}

function readFunction(reader: PbfReader): OnnxFunction {
  const [inputs, outputs, nodes]: [string[], string[], OnnxNode[]] = [[], [], []];
  const defaults = new Map<string, OnnxAttribute>();
  let [name, domain] = ['', ''];
  readMessage(reader, (tag) => {
    if (tag === field.function.name) name = reader.readString();
    else if (tag === field.function.domain) domain = reader.readString();
    else if (tag === field.function.input) inputs.push(reader.readString());
    else if (tag === field.function.output) outputs.push(reader.readString());
    else if (tag === field.function.node) nodes.push(readNode(reader));
    else if (tag === field.function.attributeDefault) {
      const { key, attribute } = readAttribute(reader);
      defaults.set(key, attribute);
    }
  });
  return { name, domain, inputs, outputs, nodes, defaults };
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
  let tensor: TensorData | undefined;
  let isGraph = false;
  let refersTo: string | undefined;
  readMessage(reader, (tag) => {
    if (tag === field.attribute.name) key = reader.readString();
    else if (tag === field.attribute.float) number = reader.readFloat();
    else if (tag === field.attribute.integer) number = reader.readVarint(true);
    else if (tag === field.attribute.text) text = reader.readString();
    else if (tag === field.attribute.tensor) tensor = readTensor(reader).tensor;
    else if (tag === field.attribute.graph) isGraph = true;
    else if (tag === field.attribute.floats) readNumbers(reader, numbers, () => reader.readFloat());
    else if (tag === field.attribute.integers) readNumbers(reader, numbers, () => reader.readVarint(true));
    else if (tag === field.attribute.refersTo) refersTo = reader.readString();
  });
  return { key, attribute: { number, numbers, text, tensor, isGraph, refersTo } };
}

function readTensor(reader: PbfReader): { name: string; tensor: TensorData } {
  const dims: number[] = [];
  const single: number[] = [];
  let name = '';
  let type = 0;
  let raw: Uint8Array | undefined;
  let packed: { readonly bytes: Uint8Array; readonly next: (reader: PbfReader) => number } | undefined;
  const typed = (next: (reader: PbfReader) => number) => {
    // A long list stays in the file as well.
    if (reader.type === 2) packed = { bytes: reader.readBytes(), next };
    else readNumbers(reader, single, () => next(reader));
  };
  readMessage(reader, (tag) => {
    if (tag === field.tensor.dims) readNumbers(reader, dims, () => reader.readVarint(true));
    else if (tag === field.tensor.type) type = reader.readVarint();
    else if (tag === field.tensor.name) name = reader.readString();
    else if (tag === field.tensor.raw) raw = reader.readBytes();
    else if (tag === field.tensor.floats) typed((from) => from.readFloat());
    else if (tag === field.tensor.doubles) typed((from) => from.readDouble());
    else if (tag === field.tensor.int32s || tag === field.tensor.int64s || tag === field.tensor.uint64s) {
      typed((from) => from.readVarint(true));
    }
  });
  if (dims.length > mostDims || !dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new ImportRefused(`The tensor ${name} has a shape that none has: ${dims.join(' x ')}.`);
  }
  const count = dims.reduce((product, dim) => product * dim, 1);
  const read = (): Float64Array | undefined => {
    if (count === 0) return new Float64Array(0);
    if (raw !== undefined) return decodeRaw(raw, type, count);
    const values = packed === undefined ? single : unpack(packed.bytes, packed.next, count);
    if (values.length !== count) return undefined;
    return Float64Array.from(values, (value) => decodeTyped(value, type));
  };
  const isUniform = () =>
    raw === undefined ? read()?.every((value, _, all) => value === all[0]) === true : isUniformRaw(raw, type);
  return { name, tensor: { dims, type, read, isUniform } };
}

/** No element takes less than a byte, so that what is claimed is never more than what is there. */
function unpack(bytes: Uint8Array, next: (reader: PbfReader) => number, count: number): number[] {
  const values: number[] = [];
  if (count > bytes.length) return values;
  const reader = new PbfReader(bytes);
  while (reader.pos < bytes.length && values.length <= count) values.push(next(reader));
  return values;
}

/** A repeated field, packed or one by one. */
function readNumbers(reader: PbfReader, into: number[], read: () => number): void {
  const isPacked = reader.type === 2;
  const length = isPacked ? reader.readVarint() : 0;
  const end = reader.pos + length;
  if (!(end <= reader.length)) throw notOnnx();
  const keep = () => {
    into.push(read());
    if (into.length > mostNumbers)
      throw new ImportRefused(`It has a list of more than ${mostNumbers} numbers.`);
  };
  if (!isPacked) keep();
  else while (reader.pos < end) keep();
}

function readValue(reader: PbfReader): OnnxInput {
  const dims: (number | null)[] = [];
  let name = '';
  let type = 0;
  const readDimension = () => {
    let size: number | null = null;
    readMessage(reader, (tag) => {
      if (tag === field.dimension.value) size = reader.readVarint(true);
    });
    // Exporters write an open size as 0 or -1, too.
    dims.push(size !== null && size < 1 ? null : size);
  };
  const readShape = () =>
    readMessage(reader, (tag) => {
      if (tag === field.shape.dimension) readDimension();
    });
  const readTensorType = () =>
    readMessage(reader, (tag) => {
      if (tag === field.tensorType.element) type = reader.readVarint();
      else if (tag === field.tensorType.shape) readShape();
    });
  readMessage(reader, (tag) => {
    if (tag === field.value.name) name = reader.readString();
    else if (tag === field.value.type) {
      readMessage(reader, (inner) => {
        if (inner === field.type.tensor) readTensorType();
      });
    }
  });
  return { name, dims, type };
}
