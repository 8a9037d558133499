import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { ScaleForm } from "../../backend/kernel-codes";
import { abs } from "../../ops/abs";
import { deviations } from "../../ops/deviation";
import { lengthsOf } from "../../ops/lengths";
import { stopGradient } from "../../ops/stop-gradient";
import { tokenScale } from "../../ops/token-scale";
import { type InputRule, inputQuantizer, type OwnParameter, plainSigns, weightQuantizer } from "../quantizer";
import { type SlopeName, slopes } from "../slopes/index";
import { startedAtMeanSize } from "./mean-size";

/** Form and axis of the floating-point coefficient α. */
export const scaleForms = [
  "none",
  "tensor",
  "channel",
  "learned",
  "learned-tensor",
] as const satisfies readonly ScaleForm[];

/** @returns whether α is a trained parameter */
export const isLearned = (form: ScaleForm): boolean => form === "learned" || form === "learned-tensor";

export const slopeName = z.enum(Object.keys(slopes) as [SlopeName, ...SlopeName[]]);
export const scaleGradient = z.enum(["product", "detached"]);

/**
 * Signs of the weights, times a coefficient: what the report compares.
 *
 * W ≈ α · sign(V); V = W, or W − mean(W) over the inputs where `center` is set
 *
 * | scale            | α                                                    | shape  |
 * |------------------|------------------------------------------------------|--------|
 * | `none`           | 1                                                    |        |
 * | `tensor`         | mean of abs(V) over everything                       | [1, 1] |
 * | `channel`        | mean of abs(V) over the inputs, per output           | [1, O] |
 * | `learned`        | a parameter per output, started at the channel mean  | [1, O] |
 * | `learned-tensor` | one parameter, started at the tensor mean            | [1, 1] |
 *
 * The mean is the closed-form minimizer of ‖V − α sign(V)‖², since sign(V) · V = abs(V) and sign(V)² = 1.
 *
 * Pseudo-gradient: dV = dsigns · slope(V) + dα/dV, which flows through α = mean abs(V) where `scaleGradient` is `product`,
 * stops where it is `detached`, and belongs to the parameter where α is learned.
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.1, eq. 6.
 */
export const scaledSign = weightQuantizer({
  name: "sign",
  revision: 1,
  settings: {
    scale: z.enum(scaleForms).default("channel"),
    scaleGradient: scaleGradient.default("product"),
    center: z.boolean().default(false),
    slope: slopeName.default("clip"),
  },
  parameters(site, { scale }): Record<string, OwnParameter> {
    if (!isLearned(scale)) return {};
    return { scale: startedAtMeanSize(site, [1, scale === "learned" ? site.outputs : 1], Float64Array) };
  },
  quantize(weight, own, { settings }) {
    const { scale, center } = settings;
    const latent = center ? deviations(weight, 0) : weight;
    const slope = slopes[settings.slope];
    if (scale === "none") return { latent, slope };
    if (isLearned(scale)) return { latent, slope, factor: own.scale };
    const factor = scaleFactor(latent, scale as "tensor" | "channel");
    return { latent, slope, factor: settings.scaleGradient === "detached" ? stopGradient(factor) : factor };
  },
  factors: ({ scale }) => (scale === "none" ? "none" : scale.includes("tensor") ? "one" : "per-output"),
  kernel(settings) {
    const ste = slopes[settings.slope].kernel;
    const { scale, center } = settings;
    return ste && { scale, center, ste, scaleGradient: settings.scaleGradient };
  },
});

/**
 * Signs of an input, the part that is left of most methods.
 *
 * x ≈ β · sign(x); β = 1, or the mean of abs(x) of each row: XNOR-Net's K for linear layers, and for a convolution on
 * its unfolded windows the box-filtered map
 *
 * Pseudo-gradient: dx = dsigns · slope(x); none through β, or with `scaleGradient` `product` through it too. Values of
 * attention have no β: it would stand inside their sum, which has to be one of whole numbers.
 *
 * Reference: Courbariaux et al., *Binarized Neural Networks*, 2016, section 1.3; β: Rastegari et al., *XNOR-Net*, 2016,
 * section 3.2.
 */
export const signInput = inputQuantizer({
  name: "sign",
  revision: 1,
  settings: {
    slope: slopeName.default("clip"),
    scale: z.enum(["none", "token"]).default("none"),
    scaleGradient: scaleGradient.default("detached"),
  },
  rule(_, __, { settings, site }): InputRule {
    const slope = slopes[settings.slope];
    if (settings.scale === "none" || site.role === "value") return { slope };
    return { slope, factor: settings.scaleGradient === "product" ? tokenScale : "token" };
  },
  left: ({ role }, { scale }) =>
    scale === "none" || role === "value" ? plainSigns : { ...plainSigns, factor: "token" },
  refuses: ({ neverNegative }) =>
    neverNegative ? "what stands there is never negative, so its sign says nothing" : undefined,
});

/**
 * The coefficient that minimizes ‖V − α sign(V)‖².
 *
 * α = mean abs(V), over the inputs (`channel`) or over everything (`tensor`)
 *
 * @param latent - V; shape [I, O]
 * @param form - how many there are
 * @returns shape [1, O] or [1, 1]
 * @throws TrainingError if the weights are no matrix; a convolution's kernel is one once it is flattened to [p·p·c, D]
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, eq. 6.
 */
export function scaleFactor(latent: tf.Tensor, form: "tensor" | "channel"): tf.Tensor {
  lengthsOf("scaleFactor: latent", latent, "I O");
  return tf.tidy(() => (form === "tensor" ? tf.reshape(tf.mean(abs(latent)), [1, 1]) : tf.mean(abs(latent), 0, true)));
}

/**
 * Inputs as they are, times the mean of abs(x) of each row; nobody needs it, but XNOR-Net's K can be looked at alone.
 *
 * y = (x · S) · α · β
 */
export const realInput = inputQuantizer({
  name: "real",
  revision: 1,
  settings: {},
  rule: (): InputRule => ({ slope: slopes.identity, levels: "real", factor: "token" }),
  left: () => ({ thresholds: 0, factor: "token", levels: "real" }),
  refuses: ({ role }) => (role === "input" ? undefined : "nothing would be binarized"),
});
