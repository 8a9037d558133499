/** A straight-through form the kernels know. */
export type SteForm = "identity" | "clip" | "approx" | "swish";

/** A form of the coefficient α the kernels know. */
export type ScaleForm = "none" | "tensor" | "channel" | "learned" | "learned-tensor";

/** Numbers of the scale forms in assembly/binarize-weight.ts. */
export const scaleCodes: Readonly<Record<ScaleForm, number>> = {
  none: 0,
  tensor: 1,
  channel: 2,
  learned: 3,
  "learned-tensor": 4,
};

/** Numbers of the straight-through forms in assembly/sign.ts. */
export const steCodes: Readonly<Record<SteForm, number>> = { identity: 0, clip: 1, approx: 2, swish: 3 };
