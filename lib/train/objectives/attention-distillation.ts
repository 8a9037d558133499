import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { numTokens } from "../../vit/config";
import { forwardWithIntermediates } from "../../vit/model";
import { prepareTeacher } from "./teacher";
import type { Term, TermSettings } from "./term";

interface Settings extends TermSettings {
  /** Folder of a finished run. */
  readonly teacher: string;
}

/**
 * Distillation of attention: the probabilities of every block and head are drawn to those of a teacher.
 *
 * L = mean over blocks, images, heads and pairs of tokens of (student − teacher)²
 *
 * Reference: Jiao et al., *TinyBERT*, 2020, eq. 7, on probabilities instead of scores; so that binarized and float
 * scores, which differ in scale, compare.
 */
export const attentionDistillation: Term<Settings, readonly tf.Tensor[]> = {
  name: "attention-distillation",
  revision: 1,
  settings: z.strictObject({ weight: z.number().min(0).default(1), teacher: z.string().min(1) }),
  runs: ["teacher"],
  intermediates: true,
  mismatch(model, teacher) {
    const sizes = [model, teacher].map((one) => [one.depth, one.numHeads, numTokens(one)]);
    if (sizes[0].join() === sizes[1].join()) return undefined;
    const [own, its] = sizes.map(([depth, heads, tokens]) => `${depth} blocks of ${heads} heads on ${tokens} tokens`);
    return `has ${its}, this model ${own}: their attention maps do not compare`;
  },
  prepare: ({ teacher }, { load }) =>
    prepareTeacher(
      load(teacher),
      (model, parameters, images) => forwardWithIntermediates(model, parameters, images).attention,
    ),
  loss(_, { intermediates, targets }) {
    const errors = targets.map((target, i) => tf.mean(tf.square(tf.sub(intermediates!.attention[i], target))));
    return tf.div(tf.addN(errors), errors.length) as tf.Scalar;
  },
};
