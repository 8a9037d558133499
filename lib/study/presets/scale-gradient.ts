import type { StudyInput } from "../study-config";
import { float, rowsOf } from "./components";
import { onFewOfCifar10 } from "./on-cifar10";

/**
 * What gradient a scale has: that of the product through α = mean |W|, none, or that of a parameter of its own. MLP and
 * MHSA, W1A1, a scale a channel or a tensor, on 8×8 digits. Recorded results: data/results/scale-gradient.
 */
export const scaleGradient: StudyInput = {
  name: "scale-gradient",
  extends: "digits",
  rows: [
    float,
    ...rowsOf("mlp+mhsa", {
      "channel-product": { scale: "channel", scaleGradient: "product" },
      "channel-detached": { scale: "channel", scaleGradient: "detached" },
      "channel-learned": { scale: "learned" },
      "tensor-product": { scale: "tensor", scaleGradient: "product" },
      "tensor-detached": { scale: "tensor", scaleGradient: "detached" },
      "tensor-learned": { scale: "learned-tensor" },
    }),
  ],
};

/** The same on 10,000 photographs, for five epochs. Recorded results: data/results/scale-gradient-cifar10. */
export const scaleGradientCifar10 = onFewOfCifar10(scaleGradient);
