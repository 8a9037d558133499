import * as tf from "@tensorflow/tfjs";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, plainSigns, weightQuantizer } from "../quantizer";
import { clip } from "../slopes/clip";
import { startedAtMeanSize } from "./mean-size";
import { signInput } from "./scaled-sign";

const channelScale = weightQuantizer({
  name: "xnor-plus",
  revision: 1,
  settings: {},
  parameters: (site): Record<string, OwnParameter> => ({ alpha: startedAtMeanSize(site) }),
  quantize: (latent, { alpha }) => ({ latent, slope: clip, factor: tf.reshape(alpha, [1, -1]) }),
  factors: () => "per-output",
});

const positionScale = inputQuantizer({
  name: "xnor-plus",
  revision: 1,
  settings: {},
  parameters: ({ tokens }): Record<string, OwnParameter> => ({ position: { shape: [tokens], start: 1 } }),
  rule: (_, { position }) => ({ slope: clip, factor: tf.reshape(position, [-1, 1]) }),
  left: () => ({ ...plainSigns, factor: "position" }),
});

/**
 * XNOR-Net++: scales of outputs and of positions, factorized and learned.
 *
 * y = (sign(x) · sign(W)) · α_o · β_n + bias; for a convolution β is a map over positions, here one number for each token
 *
 * Pseudo-gradient: clipped straight-through for both signs; α starts at the channel mean of abs(W), β at 1.
 *
 * Reference: Bulat and Tzimiropoulos, *XNOR-Net++*, 2019, section 3, the factorized forms.
 */
export const xnorNetPlus: Method = {
  title: "XNOR-Net++",
  reference: "Bulat and Tzimiropoulos, XNOR-Net++, 2019",
  weight: use(channelScale),
  input: use(positionScale),
  operand: use(signInput),
};
