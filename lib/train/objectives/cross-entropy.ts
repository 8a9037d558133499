import { z } from "zod";
import { crossEntropy as lossOf } from "../../ops/cross-entropy";
import type { Term, TermSettings } from "./term";

/**
 * Cross entropy against the labels, with `training.labelSmoothing`.
 *
 * L = −(1/B) Σ t · log softmax(z), t = (1 − ε) · onehot + ε / C
 */
export const crossEntropy: Term<TermSettings> = {
  name: "cross-entropy",
  revision: 1,
  settings: z.strictObject({ weight: z.number().min(0).default(1) }),
  loss: (_, { logits, labels, config }) => lossOf(logits, labels, config.training.labelSmoothing),
};
