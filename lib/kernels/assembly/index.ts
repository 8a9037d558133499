// The float kernels of training. The 1-bit kernels (packing, XNOR-popcount products) are to stand beside them.
export { add } from "./add";
export { attention, attentionGrad, attentionScratch } from "./attention";
export { binarizeWeight, binarizeWeightGrad } from "./binarize-weight";
export { gelu, geluGrad } from "./gelu";
export { gemm, gemmScratch } from "./gemm";
export { layerNorm, layerNormGrad } from "./layer-norm";
export { sign, signGrad } from "./sign";
export { sumRows } from "./sum-rows";
