import type * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import { mostSigns, type Pointer, signWords } from "../kernels/module";
import type { SignKernelName } from "./run-kernel";
import type { Workspace } from "./wasm-backend";
import { expectNumbers, expectSize, last, productSizes, size, type Work } from "./work";

/** What each kernel on signs does with its tensors. */
export const signWorks: Readonly<Record<SignKernelName, Work>> = {
  BinvitSignLinear(module, space, { x, signs, alpha, token, bias }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    expectFactors(rows, outputs, { alpha, token, bias });
    const y = space.make([...x.shape.slice(0, -1), outputs]);
    const a = space.scratch(rows * wordBytes(inputs));
    const columns = space.scratch(outputs * wordBytes(inputs));
    const panels = space.scratch(module.panelBytes({ n: outputs, k: inputs }));
    const scratch = space.scratch(module.xnorGemmScratch());
    expectNumbers(module.packSigns({ x: space.at(x), signs: a, rows, k: inputs }), "a binarized layer");
    module.packColumns({ x: space.at(signs), signs: columns, k: inputs, n: outputs });
    module.interleaveSigns({ signs: columns, panels, n: outputs, k: inputs });
    module.xnorGemm({
      a,
      panels,
      y: space.at(y),
      alpha: space.at(alpha),
      token: space.at(token),
      bias: space.at(bias),
      m: rows,
      n: outputs,
      k: inputs,
      stride: outputs,
      scratch,
    });
    return [y];
  },

  BinvitSignLinearInputGrad(module, space, { dy, signs, x, alpha, token }, { form }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    expectSize(dy, rows * outputs, "gradient of a binarized layer");
    expectFactors(rows, outputs, { alpha, token });
    const dx = space.make(x.shape);
    const bits = packedRows(module, space, signs);
    const scratch = space.scratch(module.floatBySignsScratch({ n: inputs, k: outputs }));
    module.signLinearInputGrad({
      dy: space.at(dy),
      x: space.at(x),
      dx: space.at(dx),
      alpha: space.at(alpha),
      token: space.at(token),
      signs: bits,
      m: rows,
      n: inputs,
      k: outputs,
      form,
      scratch,
    });
    return [dx];
  },

  BinvitSignLinearWeightGrad(module, space, { x, dy, token }) {
    const [rows, inputs, outputs] = [size(x) / last(x), last(x), last(dy)];
    expectSize(dy, rows * outputs, "gradient of a binarized layer");
    if (token) expectSize(token, rows, "token scale");
    const g = space.make([inputs, outputs]);
    const scratch = space.scratch(module.signsByFloatScratch({ m: rows, inputs }));
    const odd = module.signsByFloat({
      x: space.at(x),
      dy: space.at(dy),
      g: space.at(g),
      token: space.at(token),
      m: rows,
      inputs,
      outputs,
      scratch,
    });
    expectNumbers(odd, "a binarized layer");
    return [g];
  },

  BinvitFloatBySigns(module, space, { x, signs, alpha, token, bias }) {
    const { rows, inputs, outputs } = layerSizes(x, signs);
    expectFactors(rows, outputs, { alpha, token, bias });
    const y = space.make([...x.shape.slice(0, -1), outputs]);
    const columns = space.scratch(outputs * wordBytes(inputs));
    const scratch = space.scratch(module.floatBySignsScratch({ n: outputs, k: inputs }));
    module.packColumns({ x: space.at(signs), signs: columns, k: inputs, n: outputs });
    module.floatBySigns({
      f: space.at(x),
      y: space.at(y),
      alpha: space.at(alpha),
      token: space.at(token),
      bias: space.at(bias),
      signs: columns,
      m: rows,
      n: outputs,
      k: inputs,
      scratch,
    });
    return [y];
  },

  BinvitFloatBySignsGrad(module, space, { dy, signs, alpha, token }) {
    const [inputs, outputs] = signs.shape;
    const rows = size(dy) / outputs;
    expectFactors(rows, outputs, { alpha, token });
    const dx = space.make([...dy.shape.slice(0, -1), inputs]);
    const bits = packedRows(module, space, signs);
    const scratch = space.scratch(module.floatBySignsScratch({ n: inputs, k: outputs }));
    module.floatBySigns({
      f: space.at(dy),
      y: space.at(dx),
      inScale: space.at(alpha),
      token: space.at(token),
      signs: bits,
      m: rows,
      n: inputs,
      k: outputs,
      scratch,
    });
    return [dx];
  },

  BinvitSignMatMul(module, space, { a, b }, { transposeB }) {
    const { leading, batch, m, n, k } = productSizes("signMatMul", a, b, { transposeB: transposeB === 1 });
    if (k > mostSigns) throw new TrainingError(`signMatMul: sums of ${k} signs, expected at most ${mostSigns}.`);
    const y = space.make([...leading, m, n]);
    const scratch = space.scratch(module.signMatMulScratch({ m, n, k }));
    const odd = module.signMatMul({
      a: space.at(a),
      b: space.at(b),
      y: space.at(y),
      batch,
      m,
      n,
      k,
      transposeB: transposeB === 1,
      scratch,
    });
    expectNumbers(odd, "a binarized product");
    return [y];
  },
};

const wordBytes = (signs: number): number => 4 * signWords(signs);

function layerSizes(x: tf.TensorInfo, signs: tf.TensorInfo): { rows: number; inputs: number; outputs: number } {
  const [inputs, outputs] = signs.shape;
  if (signs.shape.length !== 2 || last(x) !== inputs || inputs > mostSigns) {
    throw new TrainingError(
      `A binarized layer cannot multiply [${x.shape}] by signs of shape [${signs.shape}]: expected [..., I] and [I, O] with I ≤ ${mostSigns}.`,
    );
  }
  return { rows: size(x) / inputs, inputs, outputs };
}

function expectFactors(
  rows: number,
  outputs: number,
  { alpha, token, bias }: { alpha: tf.TensorInfo; token?: tf.TensorInfo; bias?: tf.TensorInfo },
): void {
  expectSize(alpha, outputs, "scale of a binarized layer");
  if (token) expectSize(token, rows, "token scale");
  if (bias) expectSize(bias, outputs, "bias of a binarized layer");
}

/** The rows of a matrix of ±1 as bits. */
function packedRows(module: Parameters<Work>[0], space: Workspace, signs: tf.TensorInfo): Pointer {
  const [inputs, outputs] = signs.shape;
  const bits = space.scratch(inputs * wordBytes(outputs));
  module.packSigns({ x: space.at(signs), signs: bits, rows: inputs, k: outputs });
  return bits;
}
