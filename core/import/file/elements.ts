/** The numbers of a tensor as its file holds them: decoded only when somebody asks, for most are weights and are never asked for. */

/** Codes of TensorProto.DataType in onnx.proto3. */
export const elementType = {
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

interface Element {
  readonly bytes: number;
  readonly read: (at: DataView, offset: number) => number;
}

/** How each is read where it lies as raw little-endian bytes. */
const elements: ReadonlyMap<number, Element> = new Map([
  [elementType.float, { bytes: 4, read: (at: DataView, offset: number) => at.getFloat32(offset, true) }],
  [elementType.uint8, { bytes: 1, read: (at: DataView, offset: number) => at.getUint8(offset) }],
  [elementType.int8, { bytes: 1, read: (at: DataView, offset: number) => at.getInt8(offset) }],
  [elementType.uint16, { bytes: 2, read: (at: DataView, offset: number) => at.getUint16(offset, true) }],
  [elementType.int16, { bytes: 2, read: (at: DataView, offset: number) => at.getInt16(offset, true) }],
  [elementType.int32, { bytes: 4, read: (at: DataView, offset: number) => at.getInt32(offset, true) }],
  [
    elementType.int64,
    { bytes: 8, read: (at: DataView, offset: number) => Number(at.getBigInt64(offset, true)) },
  ],
  [elementType.bool, { bytes: 1, read: (at: DataView, offset: number) => at.getUint8(offset) }],
  [
    elementType.float16,
    { bytes: 2, read: (at: DataView, offset: number) => halfOf(at.getUint16(offset, true)) },
  ],
  [elementType.double, { bytes: 8, read: (at: DataView, offset: number) => at.getFloat64(offset, true) }],
  [elementType.uint32, { bytes: 4, read: (at: DataView, offset: number) => at.getUint32(offset, true) }],
  [
    elementType.uint64,
    { bytes: 8, read: (at: DataView, offset: number) => Number(at.getBigUint64(offset, true)) },
  ],
  [
    elementType.bfloat16,
    { bytes: 2, read: (at: DataView, offset: number) => brainFloatOf(at.getUint16(offset, true)) },
  ],
]);

export const isFloat = (type: number): boolean =>
  type === elementType.float ||
  type === elementType.float16 ||
  type === elementType.double ||
  type === elementType.bfloat16;

/** Undefined where the bytes are not those of so many elements. */
export function decodeRaw(raw: Uint8Array, type: number, count: number): Float64Array | undefined {
  const element = elements.get(type);
  if (element === undefined || raw.length !== count * element.bytes) return undefined;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Float64Array.from({ length: count }, (_, index) => element.read(view, index * element.bytes));
}

/** All elements have the same bytes, or are zeros of either sign, as a norm of zero makes them. */
export function isUniformRaw(raw: Uint8Array, type: number): boolean {
  const bytes = elements.get(type)?.bytes ?? 1;
  const isZero = (byte: number, index: number) =>
    byte === 0 || (byte === 0x80 && isFloat(type) && index % bytes === bytes - 1);
  return raw.every((byte, index) => byte === raw[index % bytes]) || raw.every(isZero);
}

/** A number of a typed field: floats of 16 bits lie in `int32_data` as their bits. */
export function decodeTyped(value: number, type: number): number {
  if (type === elementType.float16) return halfOf(value & 0xffff);
  if (type === elementType.bfloat16) return brainFloatOf(value & 0xffff);
  return value;
}

/** IEEE 754 binary16. */
function halfOf(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const sign = bits >> 15 === 1 ? -1 : 1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The upper half of a binary32. */
function brainFloatOf(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
