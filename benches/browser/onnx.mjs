/** Writes a network as an ONNX file, for onnxruntime-web. */

import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { SCALE } from './networks.mjs';

const messages = protobuf.loadSync(fileURLToPath(new URL('onnx.proto', import.meta.url)));
const Model = messages.lookupType('onnx.ModelProto');

/** ONNX's own numbers. */
const FLOAT = 1;
const ATTRIBUTE = { int: 2, string: 3, ints: 7 };
const IR_VERSION = 8;
const OPSET = 17;

/** @param {number[]} sizes */
const valueType = (sizes) => ({
  tensorType: { elemType: FLOAT, shape: { dim: sizes.map((size) => ({ dimValue: size })) } },
});

/** @param {string} name @param {number[]} dims @param {Float32Array} values */
const tensor = (name, dims, values) => ({
  name,
  dims,
  dataType: FLOAT,
  rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
});

/** @param {string} name @param {number | string | number[]} value */
function attribute(name, value) {
  if (typeof value === 'number') return { name, type: ATTRIBUTE.int, i: value };
  if (typeof value === 'string') return { name, type: ATTRIBUTE.string, s: Buffer.from(value) };
  return { name, type: ATTRIBUTE.ints, ints: value };
}

/**
 * @param {string} type
 * @param {string[]} input
 * @param {string} output
 * @param {Record<string, number | string | number[]>} [attributes]
 */
const node = (type, input, output, attributes = {}) => ({
  opType: type,
  name: output,
  input,
  output: [output],
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

/**
 * The network for pictures of one size: `picture` is 1 x 3 x size x size, `enlarged` SCALE times as wide and high, both
 * with values from 0 to 1 that are not clamped.
 * @param {import('./networks.mjs').Layer[]} layers
 * @param {number} size
 */
export function onnxFile(layers, size) {
  const nodes = [];
  const initializers = [];
  let value = 'picture';
  for (const { name, weight, bias, slopes } of layers) {
    initializers.push(tensor(`${name}.weight`, weight.shape, weight.values), tensor(`${name}.bias`, bias.shape, bias.values));
    nodes.push(node('Conv', [value, `${name}.weight`, `${name}.bias`], name, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }));
    value = name;
    if (slopes) {
      initializers.push(tensor(`${name}.slopes`, [...slopes.shape, 1, 1], slopes.values));
      nodes.push(node('PRelu', [value, `${name}.slopes`], `${name}.prelu`));
      value = `${name}.prelu`;
    }
  }
  initializers.push(tensor('scales', [4], Float32Array.of(1, 1, SCALE, SCALE)));
  nodes.push(
    node('DepthToSpace', [value], 'shuffled', { blocksize: SCALE, mode: 'CRD' }),
    node('Resize', ['picture', '', 'scales'], 'plain', {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }),
    node('Add', ['shuffled', 'plain'], 'enlarged'),
  );
  const graph = {
    name: 'compact',
    node: nodes,
    initializer: initializers,
    input: [{ name: 'picture', type: valueType([1, 3, size, size]) }],
    output: [{ name: 'enlarged', type: valueType([1, 3, size * SCALE, size * SCALE]) }],
  };
  const model = { irVersion: IR_VERSION, opsetImport: [{ domain: '', version: OPSET }], graph };
  const problem = Model.verify(model);
  if (problem) throw new Error(`The ONNX file would be malformed: ${problem}.`);
  return Model.encode(Model.create(model)).finish();
}
