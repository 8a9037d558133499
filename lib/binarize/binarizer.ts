/** How a sign is differentiated; the formulas are in `sign.ts`. */
export const steForms = ["identity", "clip", "approx", "swish"] as const;
export type SteForm = (typeof steForms)[number];

/** Form and axis of the floating-point coefficient; the formulas are in `scale.ts`. */
export const scaleForms = ["none", "tensor", "channel", "learned", "learned-tensor"] as const;
export type ScaleForm = (typeof scaleForms)[number];

/** @returns how many coefficients a layer with `outputs` output channels has */
export function scaleCount(form: ScaleForm, outputs: number): number {
  if (form === "none") return 0;
  return form.includes("tensor") ? 1 : outputs;
}

/** @returns whether α is a trained parameter */
export const isLearned = (form: ScaleForm): boolean => form === "learned" || form === "learned-tensor";

/** Whether the gradient of a scaled weight also flows through α = mean|W|. */
export type ScaleGradient = "product" | "detached";

/**
 * How one layer is binarized: y = (a(x) · α sign(W)) · β + bias.
 *
 * | field             | says                                                                        |
 * |-------------------|-----------------------------------------------------------------------------|
 * | `scale`           | α: none, mean of abs(W) over the tensor or per output channel, or learned    |
 * | `scaleGradient`   | `product`: the gradient flows through α = mean abs(W) too; `detached`: it does not |
 * | `center`          | subtract the mean over the input axes from W before its sign                 |
 * | `weightSte`       | what d sign(W)/dW is taken to be                                             |
 * | `activation`      | a: `sign` (W1A1) or `none` (W1A32)                                           |
 * | `activationSte`   | what d sign(x)/dx is taken to be                                             |
 * | `activationScale` | β: `token`, the mean of abs(x) of each token, no gradient; or `none`, 1      |
 */
export interface Binarizer {
  readonly scale: ScaleForm;
  readonly scaleGradient: ScaleGradient;
  readonly center: boolean;
  readonly weightSte: SteForm;
  readonly activation: "sign" | "none";
  readonly activationSte: SteForm;
  readonly activationScale: "none" | "token";
}

const channel: Binarizer = {
  scale: "channel",
  scaleGradient: "product",
  center: false,
  weightSte: "clip",
  activation: "sign",
  activationSte: "clip",
  activationScale: "none",
};

/** The named binarizers: what `"mlp": "channel"` in a configuration stands for. Add yours here. */
export const binarizers = {
  /** BinaryConnect/BNN: signs alone. Courbariaux et al., 2016. */
  unscaled: { ...channel, scale: "none" },
  /** One coefficient for the whole weight tensor. */
  tensor: { ...channel, scale: "tensor" },
  /** One coefficient per output channel, XNOR-Net without K. Rastegari et al., 2016. */
  channel,
  /** `channel` with 1-bit weights only, float activations (BWN). Rastegari et al., 2016. */
  "channel-w1a32": { ...channel, activation: "none" },
  /** `channel` times the mean absolute activation of each token: XNOR-Net's K for linear layers. */
  xnor: { ...channel, activationScale: "token" },
  /** One learned coefficient per output channel, in the manner of XNOR-Net++. Bulat and Tzimiropoulos, 2019. */
  learned: { ...channel, scale: "learned" },
} as const satisfies Record<string, Binarizer>;

/** A name in `binarizers`. */
export type BinarizerName = keyof typeof binarizers;
