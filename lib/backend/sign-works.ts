import type * as tf from "@tensorflow/tfjs";
import { DivergenceError, TrainingError } from "../base/errors";
import { type Pointer, signWords } from "../kernels/module";
import type { SignKernelName } from "./kernels";
import type { Workspace } from "./wasm-backend";
import { expectSize, last, size, type Work } from "./work";

/** What each kernel on signs does with its tensors. */
export const signWorks: Readonly<Record<SignKernelName, Work>> = {
  BinvitSignLinear(module, space, { x, signs, alpha, token, bias }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    const factors = factorsOf(space, rows, outputs, alpha, token, bias);
    const y = space.make([...x.shape.slice(0, -1), outputs]);
    const bits = space.scratch(rows * wordBytes(inputs));
    const columns = space.scratch(outputs * wordBytes(inputs));
    const panels = space.scratch(module.panelBytes(outputs, inputs));
    const scratch = space.scratch(module.xnorGemmScratch());
    expectNumbers(module.packSigns(space.at(x), bits, rows, inputs));
    module.packColumns(space.at(signs), columns, inputs, outputs);
    module.interleaveSigns(columns, panels, outputs, inputs);
    module.xnorGemm(bits, panels, space.at(y), rows, outputs, inputs, outputs, ...factors, 0, scratch);
    return [y];
  },

  BinvitSignLinearInputGrad(module, space, { dy, signs, x, alpha, token }, { form }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    expectSize(dy, rows * outputs, "gradient of a binarized layer");
    const [scale, beta] = factorsOf(space, rows, outputs, alpha, token);
    const dx = space.make(x.shape);
    const bits = packedRows(module, space, signs);
    const scratch = space.scratch(module.floatBySignsScratch(inputs, outputs));
    const [from, input, to] = [dy, x, dx].map((tensor) => space.at(tensor));
    module.signLinearInputGrad(from, bits, input, to, rows, inputs, outputs, scale, beta, form, scratch);
    return [dx];
  },

  BinvitSignLinearWeightGrad(module, space, { x, dy, token }) {
    const [rows, inputs, outputs] = [size(x) / last(x), last(x), last(dy)];
    expectSize(dy, rows * outputs, "gradient of a binarized layer");
    if (token) expectSize(token, rows, "token scale");
    const g = space.make([inputs, outputs]);
    const scratch = space.scratch(module.signsByFloatScratch(rows, inputs));
    const [input, from, to, beta] = [x, dy, g, token].map((tensor) => (tensor ? space.at(tensor) : 0));
    expectNumbers(module.signsByFloat(input, from, to, rows, inputs, outputs, beta, scratch));
    return [g];
  },

  BinvitFloatBySigns(module, space, { x, signs, alpha, token, bias }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    const factors = factorsOf(space, rows, outputs, alpha, token, bias);
    const y = space.make([...x.shape.slice(0, -1), outputs]);
    const columns = space.scratch(outputs * wordBytes(inputs));
    const scratch = space.scratch(module.floatBySignsScratch(outputs, inputs));
    module.packColumns(space.at(signs), columns, inputs, outputs);
    module.floatBySigns(space.at(x), columns, space.at(y), rows, outputs, inputs, 0, ...factors, 0, scratch);
    return [y];
  },

  BinvitFloatBySignsGrad(module, space, { dy, signs, alpha, token }) {
    const [inputs, outputs] = signs.shape;
    const rows = size(dy) / outputs;
    const [scale, beta] = factorsOf(space, rows, outputs, alpha, token);
    const dx = space.make([...dy.shape.slice(0, -1), inputs]);
    const bits = packedRows(module, space, signs);
    const scratch = space.scratch(module.floatBySignsScratch(inputs, outputs));
    module.floatBySigns(space.at(dy), bits, space.at(dx), rows, inputs, outputs, scale, 0, beta, 0, 0, scratch);
    return [dx];
  },
};

/** Counts of differing signs are kept in 16 bits. */
const mostInputs = 65_535;

const wordBytes = (signs: number): number => 4 * signWords(signs);

function layerSizes(x: tf.TensorInfo, signs: tf.TensorInfo): { rows: number; inputs: number; outputs: number } {
  const [inputs, outputs] = signs.shape;
  if (signs.shape.length !== 2 || last(x) !== inputs || inputs > mostInputs) {
    throw new TrainingError(
      `A binarized layer cannot multiply [${x.shape}] by signs of shape [${signs.shape}]: expected [..., I] and [I, O] with I ≤ ${mostInputs}.`,
    );
  }
  return { rows: size(x) / inputs, inputs, outputs };
}

function factorsOf(
  space: Workspace,
  rows: number,
  outputs: number,
  alpha: tf.TensorInfo,
  token: tf.TensorInfo | undefined,
  bias?: tf.TensorInfo,
): [alpha: Pointer, token: Pointer, bias: Pointer] {
  expectSize(alpha, outputs, "scale of a binarized layer");
  if (token) expectSize(token, rows, "token scale");
  if (bias) expectSize(bias, outputs, "bias of a binarized layer");
  return [space.at(alpha), token ? space.at(token) : 0, bias ? space.at(bias) : 0];
}

/** The rows of a matrix of ±1 as bits. */
function packedRows(module: Parameters<Work>[0], space: Workspace, signs: tf.TensorInfo): Pointer {
  const [inputs, outputs] = signs.shape;
  const bits = space.scratch(inputs * wordBytes(outputs));
  module.packSigns(space.at(signs), bits, inputs, outputs);
  return bits;
}

function expectNumbers(odd: number): void {
  if (odd === 0) return;
  throw new DivergenceError("The input of a binarized layer holds NaN, which has no sign. Lower the learning rate.");
}
