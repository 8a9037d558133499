// What training and the packed engine are made of: float kernels first, then those that work on signs as bits.
export { adamw, sumOfSquares } from "./adamw";
export { add } from "./add";
export { attention, attentionGrad, attentionScratch } from "./attention";
export { binarizeWeight, binarizeWeightGrad } from "./binarize-weight";
export { crossEntropy } from "./cross-entropy";
export { gelu, geluGrad } from "./gelu";
export { gemm, gemmScratch } from "./gemm";
export { layerNorm, layerNormGrad } from "./layer-norm";
export { patchify } from "./patchify";
export { sign, signGrad } from "./sign";
export { sumRows } from "./sum-rows";
export { tokenScale } from "./token-scale";
export { floatBySigns, floatBySignsScratch, signLinearInputGrad } from "./float-by-signs";
export { interleaveSigns, packColumns, packSigns, panelBytes } from "./pack-signs";
export { signsByFloat, signsByFloatScratch } from "./signs-by-float";
export { xnorGemm, xnorGemmScratch, xnorGemmSigns } from "./xnor-gemm";
