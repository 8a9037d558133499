import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { crossEntropy } from "../../ops/cross-entropy";
import { forward } from "../../vit/model";
import { prepareTeacher } from "./teacher";
import type { Term, TermSettings } from "./term";

interface Settings extends TermSettings {
  /** Folder of a finished run. */
  readonly teacher: string;
  readonly temperature: number;
  /** Learn the teacher's class only. */
  readonly hard: boolean;
}

/**
 * Distillation: the student's softened probabilities are drawn to those of a teacher.
 *
 * L = T² · (1/B) Σ p · (log p − log q), p = softmax(teacher / T), q = softmax(student / T); dL/d student = T (q − p) / B
 *
 * `hard` takes the teacher's class as the label instead: L = −(1/B) Σ log softmax(student)[argmax teacher].
 *
 * Reference: Hinton, Vinyals and Dean, *Distilling the Knowledge in a Neural Network*, 2015, section 2; hard: Touvron et
 * al., *Training Data-Efficient Image Transformers*, 2021, section 4, as Gao et al., *GSB*, 2023, use it.
 */
export const distillation: Term<Settings, tf.Tensor> = {
  name: "distillation",
  revision: 1,
  settings: z.strictObject({
    weight: z.number().min(0).default(1),
    teacher: z.string().min(1),
    temperature: z.number().positive().default(1),
    hard: z.boolean().default(false),
  }),
  runs: ["teacher"],
  prepare: ({ teacher }, { load }) =>
    prepareTeacher(load(teacher), (model, parameters, images) => forward(model, parameters, images)),
  loss({ temperature, hard }, { logits, targets }) {
    if (hard) return crossEntropy(logits, tf.cast(tf.argMax(targets, 1), "int32"));
    const [teacher, student] = [targets, logits].map((z) => tf.logSoftmax(tf.div(z, temperature)));
    const divergence = tf.sum(tf.mul(tf.exp(teacher), tf.sub(teacher, student)));
    return tf.mul(divergence, temperature ** 2 / logits.shape[0]) as tf.Scalar;
  },
};
