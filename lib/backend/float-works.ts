import type * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import { attentionWorks } from "./attention-works";
import { scaleCodes } from "./kernel-codes";
import type { KernelName, SignKernelName } from "./run-kernel";
import { windowWorks } from "./window-works";
import { expectSize, last, productSizes, size, type Work } from "./work";

function expectGiven(given: tf.TensorInfo | undefined, expected: number): void {
  if (!given) throw new TrainingError("A learned scale form needs its parameter: pass the tensor `given`.");
  expectSize(given, expected, "learned scale");
}

/** What each float kernel does with its tensors. */
export const floatWorks: Readonly<Record<Exclude<KernelName, SignKernelName>, Work>> = {
  ...attentionWorks,
  ...windowWorks,

  BinvitAdd(module, space, { a, b }) {
    const width = size(b);
    const trailing = b.shape.slice(b.shape.findIndex((length) => length !== 1));
    if (width > 1 && `${a.shape.slice(a.shape.length - trailing.length)}` !== `${trailing}`) {
      throw new TrainingError(`add: shape [${b.shape}] cannot be repeated over [${a.shape}].`);
    }
    const y = space.make(a.shape);
    module.add({ a: space.at(a), b: space.at(b), y: space.at(y), rows: size(a) / width, width });
    return [y];
  },

  BinvitBinarizeWeight(module, space, { w, given }, { scale, center }) {
    const outputs = last(w);
    if (scale >= scaleCodes.learned) expectGiven(given, scale === scaleCodes.learned ? outputs : 1);
    const signs = space.make(w.shape);
    const alpha = space.make([outputs]);
    const means = space.scratch(4 * outputs);
    const inputs = size(w) / outputs;
    module.binarizeWeight({
      w: space.at(w),
      given: space.at(given),
      signs: space.at(signs),
      alpha: space.at(alpha),
      means,
      inputs,
      outputs,
      scale,
      center: center === 1,
    });
    return [signs, alpha];
  },

  BinvitBinarizeWeightGrad(module, space, { dy, w, alpha }, { scale, product, form, center }) {
    const outputs = last(w);
    expectSize(dy, size(w), "weight gradient");
    expectSize(alpha, outputs, "scale of the weights");
    const dw = space.make(w.shape);
    const dalpha = space.make([scale === scaleCodes.channel || scale === scaleCodes.learned ? outputs : 1]);
    const scratch = space.scratch(8 * outputs);
    const inputs = size(w) / outputs;
    module.binarizeWeightGrad({
      g: space.at(dy),
      w: space.at(w),
      alpha: space.at(alpha),
      dw: space.at(dw),
      dalpha: space.at(dalpha),
      scratch,
      inputs,
      outputs,
      scale,
      product: product === 1,
      form,
      center: center === 1,
    });
    return [dw, dalpha];
  },

  BinvitCrossEntropy(module, space, { logits, labels }, { smoothing, share }) {
    const [rows, classes] = logits.shape;
    expectSize(labels, rows, "cross entropy, labels");
    const [loss, gradient] = [space.make([]), space.make(logits.shape)];
    module.crossEntropy({
      logits: space.at(logits),
      labels: space.at(labels),
      gradient: space.at(gradient),
      loss: space.at(loss),
      rows,
      classes,
      smoothing,
      share,
    });
    return [loss, gradient];
  },

  BinvitGelu(module, space, { x }) {
    const y = space.make(x.shape);
    module.gelu({ x: space.at(x), y: space.at(y), count: size(x) });
    return [y];
  },

  BinvitGeluGrad(module, space, { dy, x }) {
    expectSize(dy, size(x), "gelu gradient");
    const dx = space.make(x.shape);
    module.geluGrad({ dy: space.at(dy), x: space.at(x), dx: space.at(dx), count: size(x) });
    return [dx];
  },

  BinvitGemm(module, space, { a, b, bias }, { transposeA, transposeB }) {
    const { leading, batch, m, n, k } = productSizes("gemm", a, b, {
      transposeA: transposeA === 1,
      transposeB: transposeB === 1,
    });
    if (bias) expectSize(bias, n, "gemm, bias");
    const c = space.make([...leading, m, n]);
    const scratch = space.scratch(module.gemmScratch({ n, k }));
    module.gemm({
      a: space.at(a),
      b: space.at(b),
      bias: space.at(bias),
      c: space.at(c),
      batch,
      m,
      n,
      k,
      transposeA: transposeA === 1,
      transposeB: transposeB === 1,
      scratch,
    });
    return [c];
  },

  BinvitKnee(module, space, { x, knee, slope, offset }) {
    const width = last(x);
    for (const row of [knee, slope, offset]) expectSize(row, width, "knee");
    const y = space.make(x.shape);
    module.knee({
      x: space.at(x),
      knee: space.at(knee),
      slope: space.at(slope),
      offset: space.at(offset),
      y: space.at(y),
      rows: size(x) / width,
      width,
    });
    return [y];
  },

  BinvitKneeGrad(module, space, { dy, x, knee, slope }) {
    const width = last(x);
    expectSize(dy, size(x), "knee gradient");
    for (const row of [knee, slope]) expectSize(row, width, "knee gradient");
    const [dx, dknee, dslope, doffset] = [x.shape, [width], [width], [width]].map((shape) => space.make(shape));
    module.kneeGrad({
      dy: space.at(dy),
      x: space.at(x),
      knee: space.at(knee),
      slope: space.at(slope),
      dx: space.at(dx),
      dknee: space.at(dknee),
      dslope: space.at(dslope),
      doffset: space.at(doffset),
      rows: size(x) / width,
      width,
    });
    return [dx, dknee, dslope, doffset];
  },

  BinvitLayerNorm(module, space, { x, gamma, beta }, { epsilon }) {
    const width = last(x);
    const rows = size(x) / width;
    expectSize(gamma, width, "layer norm, gamma");
    expectSize(beta, width, "layer norm, beta");
    const [y, mean, inverse] = [space.make(x.shape), space.make([rows]), space.make([rows])];
    module.layerNorm({
      x: space.at(x),
      gamma: space.at(gamma),
      beta: space.at(beta),
      y: space.at(y),
      mean: space.at(mean),
      inverse: space.at(inverse),
      rows,
      width,
      epsilon,
    });
    return [y, mean, inverse];
  },

  BinvitLayerNormGrad(module, space, { dy, x, gamma, mean, inverse }) {
    const width = last(x);
    const rows = size(x) / width;
    expectSize(dy, size(x), "layer norm gradient, dy");
    expectSize(gamma, width, "layer norm gradient, gamma");
    expectSize(mean, rows, "layer norm gradient, mean");
    expectSize(inverse, rows, "layer norm gradient, inverse");
    const [dx, dgamma, dbeta] = [space.make(x.shape), space.make([width]), space.make([width])];
    module.layerNormGrad({
      dy: space.at(dy),
      x: space.at(x),
      gamma: space.at(gamma),
      mean: space.at(mean),
      inverse: space.at(inverse),
      dx: space.at(dx),
      dgamma: space.at(dgamma),
      dbeta: space.at(dbeta),
      rows,
      width,
    });
    return [dx, dgamma, dbeta];
  },

  BinvitSign(module, space, { x }) {
    const y = space.make(x.shape);
    module.sign({ x: space.at(x), y: space.at(y), count: size(x) });
    return [y];
  },

  BinvitSignGrad(module, space, { dy, x }, { form }) {
    expectSize(dy, size(x), "sign gradient");
    const dx = space.make(x.shape);
    module.signGrad({ dy: space.at(dy), x: space.at(x), dx: space.at(dx), count: size(x), form });
    return [dx];
  },

  BinvitSumRows(module, space, { x }) {
    const width = last(x);
    const sums = space.make([width]);
    module.sumRows({ x: space.at(x), sums: space.at(sums), rows: size(x) / width, width });
    return [sums];
  },

  BinvitTokenScale(module, space, { x }) {
    const [rows, k] = [size(x) / last(x), last(x)];
    const token = space.make([...x.shape.slice(0, -1), 1]);
    module.tokenScale({ x: space.at(x), token: space.at(token), rows, k });
    return [token];
  },
};
