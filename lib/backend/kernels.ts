import * as tf from "@tensorflow/tfjs";
import { type ScaleForm, type SteForm, scaleCodes, steCodes } from "./kernel-codes";

/** The names under which the kernels are registered; `wasm-kernels.ts` holds their work. */
export type KernelName =
  | "BinvitAdd"
  | "BinvitAttention"
  | "BinvitAttentionGrad"
  | "BinvitBinarizeWeight"
  | "BinvitBinarizeWeightGrad"
  | "BinvitCrossEntropy"
  | "BinvitGelu"
  | "BinvitGeluGrad"
  | "BinvitGemm"
  | "BinvitLayerNorm"
  | "BinvitLayerNormGrad"
  | "BinvitSign"
  | "BinvitSignGrad"
  | SignKernelName
  | "BinvitSumRows"
  | "BinvitTokenScale";

/** The kernels that work on signs as bits; the others are float throughout. */
export type SignKernelName =
  | "BinvitFloatBySigns"
  | "BinvitFloatBySignsGrad"
  | "BinvitSignLinear"
  | "BinvitSignLinearInputGrad"
  | "BinvitSignLinearWeightGrad";

/** What a product with signs is multiplied by, and what is added: y = product · alpha · token + bias. */
export interface SignProductOptions {
  /** One coefficient an output; shape [O]. */
  readonly alpha: tf.Tensor;
  /** One coefficient a row; M values. */
  readonly token?: tf.Tensor;
  /** Shape [O]. */
  readonly bias?: tf.Tensor;
}

/** How the weight of one layer is binarized. */
export interface WeightOptions {
  readonly scale: ScaleForm;
  readonly center: boolean;
}

/** And how that is differentiated. */
export interface WeightGradOptions extends WeightOptions {
  readonly ste: SteForm;
  readonly scaleGradient: "product" | "detached";
}

/** Which operands of a product are transposed, and what is added to each of its rows. */
export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly bias?: tf.Tensor;
}

/** @returns whether the kernels below can be called: the current backend is WebAssembly and has them */
export const hasKernels = (): boolean =>
  tf.getBackend() === "wasm" && tf.getKernel("BinvitGemm" satisfies KernelName, "wasm") !== undefined;

/** @returns whether the kernels that work on signs as bits can be called too */
export const hasSignKernels = (): boolean =>
  hasKernels() && tf.getKernel("BinvitSignLinear" satisfies KernelName, "wasm") !== undefined;

function run(name: KernelName, inputs: Record<string, tf.Tensor>, attrs: Record<string, number> = {}): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attrs) as unknown as tf.Tensor[]; // every kernel of ours returns a list
}

/**
 * The fused kernels: gradients are put together in lib/ops and lib/binarize with tf.customGrad. Call them only where
 * `hasKernels()`, those on signs (the last ones) where `hasSignKernels()`; every tensor is float32, and a shape that does
 * not fit throws a TrainingError.
 */
export const kernels = {
  /**
   * C = op(A) · op(B) + bias
   *
   * @param a - shape [..., M, K], or [..., K, M] with `transposeA`
   * @param b - shape [..., K, N], or [..., N, K] with `transposeB`; the leading axes of a
   * @param options - `bias`: shape [N]
   * @returns shape [..., M, N]
   */
  gemm(a: tf.Tensor, b: tf.Tensor, options: GemmOptions = {}): tf.Tensor {
    const inputs: Record<string, tf.Tensor> = options.bias ? { a, b, bias: options.bias } : { a, b };
    const attrs = { transposeA: options.transposeA ? 1 : 0, transposeB: options.transposeB ? 1 : 0 };
    return run("BinvitGemm", inputs, attrs)[0];
  },

  /** @returns sums over every axis of x but the last; shape [D] */
  sumRows: (x: tf.Tensor): tf.Tensor => run("BinvitSumRows", { x })[0],

  /** @returns a + b, b repeated over the leading axes of a (bias [N] on [M, N], positions [1, N, D] on [B, N, D]) */
  add: (a: tf.Tensor, b: tf.Tensor): tf.Tensor => run("BinvitAdd", { a, b })[0],

  /** @returns layer norm over the last axis, and each row's mean and 1/√(var + ε) for the gradient */
  layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
    return run("BinvitLayerNorm", { x, gamma, beta }, { epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  },

  /** @returns gradients of x, gamma, beta */
  layerNormGrad(
    dy: tf.Tensor,
    x: tf.Tensor,
    gamma: tf.Tensor,
    mean: tf.Tensor,
    inverse: tf.Tensor,
  ): [tf.Tensor, tf.Tensor, tf.Tensor] {
    return run("BinvitLayerNormGrad", { dy, x, gamma, mean, inverse }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  },

  /** @returns x Φ(x), absolute error below 2e-6, with the sign of x */
  gelu: (x: tf.Tensor): tf.Tensor => run("BinvitGelu", { x })[0],

  /** @returns dy (Φ(x) + x φ(x)) */
  geluGrad: (dy: tf.Tensor, x: tf.Tensor): tf.Tensor => run("BinvitGeluGrad", { dy, x })[0],

  /**
   * Scaled dot-product attention of every head.
   *
   * @param qkv - shape [B, N, 3D]: q, k, v, each split into heads
   * @returns context, shape [B, N, D], and probabilities, shape [B, H, N, N]
   */
  attention(qkv: tf.Tensor, heads: number): [tf.Tensor, tf.Tensor] {
    return run("BinvitAttention", { qkv }, { heads }) as [tf.Tensor, tf.Tensor];
  },

  /** @returns gradient of qkv; `probs` is what `attention` returned */
  attentionGrad(dout: tf.Tensor, qkv: tf.Tensor, probs: tf.Tensor, heads: number): tf.Tensor {
    return run("BinvitAttentionGrad", { dout, qkv, probs }, { heads })[0];
  },

  /**
   * @param logits - shape [B, C]
   * @param labels - class indices as float32; shape [B]
   * @param share - what the sum over images is multiplied by
   * @returns loss and its gradient of the logits
   */
  crossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number, share: number): [tf.Tensor, tf.Tensor] {
    return run("BinvitCrossEntropy", { logits, labels }, { smoothing, share }) as [tf.Tensor, tf.Tensor];
  },

  /** @returns +1 where x ≥ 0, −1 elsewhere */
  sign: (x: tf.Tensor): tf.Tensor => run("BinvitSign", { x })[0],

  /** @returns dy times the pseudo-gradient of sign(x) */
  signGrad(dy: tf.Tensor, x: tf.Tensor, form: SteForm): tf.Tensor {
    return run("BinvitSignGrad", { dy, x }, { form: steCodes[form] })[0];
  },

  /**
   * @param w - shape [I, O]
   * @param given - the parameter α of the learned forms: O values, or one for `learned-tensor`
   * @returns sign(v), shape of w, and α, shape [O] in every form
   */
  binarizeWeight(w: tf.Tensor, options: WeightOptions, given?: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const attrs = { scale: scaleCodes[options.scale], center: options.center ? 1 : 0 };
    const inputs: Record<string, tf.Tensor> = given ? { w, given } : { w };
    return run("BinvitBinarizeWeight", inputs, attrs) as [tf.Tensor, tf.Tensor];
  },

  /**
   * @param dy - gradient of α sign(v); shape [I, O]
   * @param alpha - what `binarizeWeight` returned
   * @returns gradients of w, and of α: O values where it has one per output, else one
   */
  binarizeWeightGrad(
    dy: tf.Tensor,
    w: tf.Tensor,
    alpha: tf.Tensor,
    options: WeightGradOptions,
  ): [tf.Tensor, tf.Tensor] {
    const attrs = {
      scale: scaleCodes[options.scale],
      product: options.scaleGradient === "product" ? 1 : 0,
      form: steCodes[options.ste],
      center: options.center ? 1 : 0,
    };
    return run("BinvitBinarizeWeightGrad", { dy, w, alpha }, attrs) as [tf.Tensor, tf.Tensor];
  },

  /** @returns mean |x| over the last axis, with that axis kept at length 1 */
  tokenScale: (x: tf.Tensor): tf.Tensor => run("BinvitTokenScale", { x })[0],

  /**
   * A layer with 1-bit weights and inputs: (sign(x) · signs) · alpha · token + bias. The product is an exact integer.
   *
   * @param x - shape [..., I]; a NaN throws a TrainingError, since it has no sign
   * @param signs - ±1, from `binarizeWeight`; shape [I, O]
   * @returns shape [..., O]
   */
  signLinear(x: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    return run("BinvitSignLinear", given({ x, signs, ...options }))[0];
  },

  /** @returns its gradient of x: (dy · alpha) · signsᵀ · token · ste(x) */
  signLinearInputGrad(
    dy: tf.Tensor,
    signs: tf.Tensor,
    x: tf.Tensor,
    options: SignProductOptions,
    form: SteForm,
  ): tf.Tensor {
    const { alpha, token } = options;
    return run("BinvitSignLinearInputGrad", given({ dy, signs, x, alpha, token }), { form: steCodes[form] })[0];
  },

  /** @returns its gradient of alpha · signs: sign(x)ᵀ · (dy · token); shape [I, O] */
  signLinearWeightGrad(x: tf.Tensor, dy: tf.Tensor, token?: tf.Tensor): tf.Tensor {
    return run("BinvitSignLinearWeightGrad", given({ x, dy, token }))[0];
  },

  /** A layer with 1-bit weights and float inputs: (x · signs) · alpha · token + bias; shapes as for `signLinear`. */
  floatBySigns(x: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    return run("BinvitFloatBySigns", given({ x, signs, ...options }))[0];
  },

  /** @returns its gradient of x: (dy · alpha) · signsᵀ · token */
  floatBySignsGrad(dy: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    const { alpha, token } = options;
    return run("BinvitFloatBySignsGrad", given({ dy, signs, alpha, token }))[0];
  },
};

// TensorFlow.js takes no undefined inputs.
const given = (inputs: Record<string, tf.Tensor | undefined>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, tf.Tensor] => entry[1] !== undefined));
