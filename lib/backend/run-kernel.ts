import * as tf from "@tensorflow/tfjs";

/** The names under which the kernels are registered; `wasm-kernels.ts` holds their work. */
export type KernelName =
  | "BinvitAdd"
  | "BinvitAttendScores"
  | "BinvitAttention"
  | "BinvitAttentionGrad"
  | "BinvitBinarizeWeight"
  | "BinvitBinarizeWeightGrad"
  | "BinvitCrossEntropy"
  | "BinvitFold"
  | "BinvitGelu"
  | "BinvitGeluGrad"
  | "BinvitGemm"
  | "BinvitKeepAbove"
  | "BinvitKnee"
  | "BinvitKneeGrad"
  | "BinvitLayerNorm"
  | "BinvitLayerNormGrad"
  | "BinvitSign"
  | "BinvitSignGrad"
  | "BinvitSoftmax"
  | "BinvitSoftmaxGrad"
  | "BinvitSumRows"
  | "BinvitSwapAxes"
  | "BinvitTokenScale"
  | "BinvitTokenShift"
  | "BinvitTokenShiftScaleGrad"
  | "BinvitUnfold"
  | SignKernelName;

/** The kernels that work on signs as bits; the others are float throughout. */
export type SignKernelName =
  | "BinvitFloatBySigns"
  | "BinvitFloatBySignsGrad"
  | "BinvitSignLinear"
  | "BinvitSignLinearInputGrad"
  | "BinvitSignLinearWeightGrad"
  | "BinvitSignMatMul";

/** @returns whether the kernels of `kernels.ts` can be called: the current backend is WebAssembly and has them */
export const hasKernels = (): boolean =>
  tf.getBackend() === "wasm" && tf.getKernel("BinvitGemm" satisfies KernelName, "wasm") !== undefined;

/** @returns whether the kernels that work on signs as bits can be called too */
export const hasSignKernels = (): boolean =>
  hasKernels() && tf.getKernel("BinvitSignLinear" satisfies KernelName, "wasm") !== undefined;

/** Runs one; every kernel of ours returns a list. */
export function run(
  name: KernelName,
  inputs: Record<string, tf.Tensor>,
  attrs: Record<string, number> = {},
): tf.Tensor[] {
  return tf.engine().runKernel(name, inputs, attrs) as unknown as tf.Tensor[];
}

/** TensorFlow.js takes no undefined inputs. */
export const given = (inputs: Record<string, tf.Tensor | undefined>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(inputs).filter((entry): entry is [string, tf.Tensor] => entry[1] !== undefined));
