import * as tf from "@tensorflow/tfjs";
import { type Method, use } from "../method";
import { inputQuantizer, weightQuantizer } from "../quantizer";
import { clip } from "../slopes/clip";
import { signInput } from "./scaled-sign";
import { straightThroughMatrix } from "./whole-matrix";

const weights = weightQuantizer({
  name: "dorefa",
  revision: 1,
  settings: {},
  quantize: (weight) => straightThroughMatrix(weight, false),
  factors: () => "one",
});

const rounded = inputQuantizer({
  name: "dorefa",
  revision: 1,
  settings: {},
  rule: () => ({ threshold: tf.tensor1d([0.5]), gain: tf.tensor1d([2]), slope: clip, levels: "zero-one" }),
  left: () => ({ thresholds: 1, factor: "none", levels: "zero-one" }),
  refuses: ({ role }) =>
    role === "query" || role === "key" || role === "value"
      ? "attention multiplies ±1, and this gives {0, 1}"
      : undefined,
});

/**
 * DoReFa-Net at one bit.
 *
 * W ≈ mean abs(W) · sign(W), the mean over the whole matrix; x ≈ round(clip(x, 0, 1)), 0 or 1
 *
 * Pseudo-gradient: dW = dŴ; dx = dbits where 0 ≤ x ≤ 1
 *
 * Reference: Zhou et al., *DoReFa-Net*, 2016, section 2.2, eq. 7 and 8, and section 2.4.
 */
export const dorefa: Method = {
  title: "DoReFa-Net",
  reference: "Zhou et al., DoReFa-Net, 2016",
  weight: use(weights),
  input: use(rounded),
  operand: use(signInput),
};
