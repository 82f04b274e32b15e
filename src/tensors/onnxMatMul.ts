/**
 * An ONNX graph, `com.microsoft.FusedMatMul`, as protobuf bytes: Y = op(A) op(B) over the last two axes with numpy
 * broadcasting before them. Its first output, `stop`, is a bfloat16 constant, which the binding cannot hand to JavaScript
 * (onnxruntime.ts says what for). Written by hand because onnxruntime-node ships no graph builder.
 * Field numbers: onnx.proto3 (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto).
 */
export function fusedMatMulModel(transposeA: boolean, transposeB: boolean): Uint8Array {
  const attribute = (name: string, value: number): number[] =>
    message(5, [...text(1, name), ...integer(3, value), ...integer(20, 2 /* INT */)]);
  const node = message(1, [
    ...text(1, 'A'),
    ...text(1, 'B'),
    ...text(2, 'Y'),
    ...text(4, 'FusedMatMul'),
    ...text(7, 'com.microsoft'),
    ...attribute('transA', transposeA ? 1 : 0),
    ...attribute('transB', transposeB ? 1 : 0),
  ]);
  const stop = message(1, [
    ...text(2, 'stop'),
    ...text(4, 'Constant'),
    ...message(5, [
      ...text(1, 'value'),
      ...message(5, [...integer(2, bfloat16), ...message(9, [0, 0])]),
      ...integer(20, 4 /* TENSOR */),
    ]),
  ]);
  const float = message(2, message(1, integer(1, 1 /* FLOAT */)));
  const scalar = message(2, message(1, [...integer(1, bfloat16), ...message(2, [])]));
  const graph = message(7, [
    ...node,
    ...stop,
    ...text(2, 'product'),
    ...message(11, [...text(1, 'A'), ...float]),
    ...message(11, [...text(1, 'B'), ...float]),
    ...message(12, [...text(1, 'stop'), ...scalar]),
    ...message(12, [...text(1, 'Y'), ...float]),
  ]);
  const opset = (domain: string, version: number): number[] =>
    message(8, [...text(1, domain), ...integer(2, version)]);
  return Uint8Array.from([
    ...integer(1, 8 /* IR version */),
    ...graph,
    ...opset('', 17),
    ...opset('com.microsoft', 1),
  ]);
}

const bfloat16 = 16;

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
const integer = (field: number, value: number): number[] => [...varint(field * 8), ...varint(value)];
const message = (field: number, bytes: number[]): number[] => [
  ...varint(field * 8 + 2),
  ...varint(bytes.length),
  ...bytes,
];
const text = (field: number, value: string): number[] => message(field, [...Buffer.from(value, 'utf8')]);
