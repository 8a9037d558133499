// What the packed engine is made of, a part of index.ts: a page that runs a model need not carry training's kernels.
export { add } from "./add";
export { attention, attentionScratch } from "./attention";
export { attentionBits, attentionBitsScratch } from "./attention-bits";
export { floatBySigns, floatBySignsScratch } from "./float-by-signs";
export { gelu } from "./gelu";
export { gemm, gemmScratch } from "./gemm";
export { knee } from "./knee";
export { layerNorm } from "./layer-norm";
export { interleaveSigns, packSigns, panelBytes } from "./pack-signs";
export { patchify } from "./patchify";
export { tokenScale } from "./token-scale";
export { tokenShift } from "./token-shift";
export { unfold } from "./unfold";
export { xnorGemm, xnorGemmScratch, xnorGemmSigns } from "./xnor-gemm";
