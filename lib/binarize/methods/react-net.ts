import * as tf from "@tensorflow/tfjs";
import { subtractRow } from "../../ops/subtract-row";
import type { Activation } from "../activation";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, plainSigns } from "../quantizer";
import { approx } from "../slopes/approx";
import { scaledSign } from "./scaled-sign";

const rsign = inputQuantizer({
  name: "rsign",
  revision: 1,
  settings: {},
  parameters: ({ inputs }): Record<string, OwnParameter> => ({ threshold: { shape: [inputs], start: 0 } }),
  rule: (_, { threshold }) => ({ threshold, slope: approx }),
  left: ({ inputs }) => ({ ...plainSigns, thresholds: inputs }),
});

/**
 * RPReLU: two straight lines that meet at a learned point of each channel.
 *
 * y = v + offset where v > 0, slope · v + offset elsewhere; v = x − knee
 */
const rprelu: Activation = {
  revision: 1,
  parameters: (width) => ({
    knee: { shape: [width], start: 0 },
    slope: { shape: [width], start: 0.25 },
    offset: { shape: [width], start: 0 },
  }),
  apply(x, { knee, slope, offset }) {
    const shifted = subtractRow(x, knee);
    const [above, below] = [tf.relu(shifted), tf.minimum(shifted, 0)];
    return tf.add(tf.add(above, tf.mul(below, slope)), offset);
  },
  keepsSign: false,
  neverNegative: false,
  kind: "knee",
};

/**
 * ReActNet: signs with a learned threshold for each channel (RSign), and a learned shape between layers (RPReLU, which a
 * model takes by `"activation": "rprelu"`).
 *
 * x ≈ sign(x − τ); W ≈ α sign(W), α = mean abs(W) of each output channel, a constant to the gradient
 *
 * Pseudo-gradient: dx = dsigns · (2 − 2 abs(x − τ)) where abs(x − τ) ≤ 1, dτ = −Σ dx; clipped straight-through for W. The
 * public code leaves α out of dW; the paper is followed.
 *
 * Reference: Liu et al., *ReActNet*, 2020, section 4.2, eq. 3 to 8.
 */
export const reActNet: Method = {
  title: "ReActNet",
  activation: "rprelu",
  reference: "Liu et al., ReActNet, 2020",
  weight: use(scaledSign, { scaleGradient: "detached" }),
  input: use(rsign),
  activations: { rprelu },
};
