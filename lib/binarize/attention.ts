import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { batchedMatMul } from "../ops/batched-matmul";
import { lengthsOf } from "../ops/lengths";
import { stopGradient } from "../ops/stop-gradient";
import { tokenScale } from "../ops/token-scale";
import type { Choice, ScoresBinarizer, ValuesBinarizer } from "./binarizer";
import { expectOwn } from "./layer-form";
import { keptFrom, keptMean } from "./methods/above-mean";
import type { InputRule, Own, Site } from "./quantizer";
import { inputQuantizerOf } from "./registry";
import { sign } from "./sign";

/** Signs of an operand, and what they are multiplied by. */
interface BinaryOperand {
  readonly signs: tf.Tensor;
  /** What broadcasts to the signs; none where it is 1. */
  readonly factor?: tf.Tensor;
}

/**
 * Scores of binarized queries and keys, before the softmax.
 *
 * s = (sign(q − τ) · sign(k − τ)) · β_q · β_k / √d + T[sign(q) · sign(k)]; the product is a whole number from −d to d, so
 * that a table T of d + 1 numbers a head corrects each value it can have
 *
 * @param query - shape [B, H, N, d]
 * @param key - shape [B, H, N, d]
 * @param binarizer - how
 * @param own - `query.…` and `key.…` of the quantizers, `correction` [H, d + 1]
 * @returns shape [B, H, N, N]
 * @throws ConfigError if a parameter of the quantizers is missing; TrainingError if the shapes do not belong together
 *
 * Reference: correction: BVT-IMA, AAAI 2024.
 */
export function binaryScores(
  query: tf.Tensor,
  key: tf.Tensor,
  { operand, correction }: ScoresBinarizer,
  own: Own,
  progress = 1,
): tf.Tensor {
  const { B, H, d } = lengthsOf("binaryScores: query", query, "B H N d");
  lengthsOf("binaryScores: key", key, "B H N d", { B, H, d });
  return tf.tidy(() => {
    const [q, k] = [
      readOperand(query, operand, "query", partOf(own, "query"), progress),
      readOperand(key, operand, "key", partOf(own, "key"), progress),
    ];
    const products = batchedMatMul(q.signs, k.signs, true);
    let [scores, scale] = [products, tf.scalar(1 / Math.sqrt(d))];
    for (const factor of [q.factor, k.factor && tf.transpose(k.factor, [0, 1, 3, 2])]) {
      if (factor && factor.size > 1)
        scores = tf.mul(scores, factor); // of each token
      else if (factor) scale = tf.mul(scale, factor); // of all: the engine has one number for these
    }
    scores = tf.mul(scores, scale);
    if (correction === "table") expectOwn(own, ["correction"], operand.quantizer);
    return correction === "table" ? tf.add(scores, lookUp(own.correction, products)) : scores;
  });
}

/** T[(s + d) / 2] of each head, for whole numbers s from −d to d; shape of products. */
function lookUp(table: tf.Tensor, products: tf.Tensor): tf.Tensor {
  const [batch, heads, rows, columns] = products.shape as [number, number, number, number];
  const entries = table.shape[1] as number;
  const run = tf.customGrad((values, save) => {
    const head = tf.reshape(tf.range(0, heads), [1, heads, 1, 1]);
    const index = tf.add(tf.mul(tf.add(products, entries - 1), 0.5), tf.mul(head, entries));
    const flat = tf.cast(tf.reshape(index, [-1]), "int32") as tf.Tensor1D;
    (save as tf.GradSaveFunc)([flat]);
    const gradFunc = (dy: tf.Tensor, [at]: tf.Tensor[]) => {
      const sums = tf.bincount(at as tf.Tensor1D, tf.reshape(dy, [-1]), heads * entries);
      return tf.reshape(sums, [heads, entries]);
    };
    const found = tf.gather(tf.reshape(values as tf.Tensor, [-1]), flat);
    return { value: tf.reshape(found, [batch, heads, rows, columns]), gradFunc };
  }) as (values: tf.Tensor) => tf.Tensor;
  return run(table);
}

/**
 * The values of all tokens, binarized, weighted by binarized probabilities.
 *
 * context = Σ α_l ([A ≥ τ_l + r_l M] · sign(V − τ)) · γ, M the largest of each row of A
 *
 * α comes last: sums of ±1 are whole numbers, and one that is 0 stays 0, whose sign is +1 on every backend; sums of ±α
 * would leave a rounding.
 *
 * @param probabilities - rows that sum to 1; shape [B, H, N, N]
 * @param value - shape [B, H, N, d]
 * @param binarizer - how
 * @param own - `probabilities.…` and `value.…` of the quantizers
 * @returns shape [B, H, N, d]
 * @throws ConfigError if a parameter of the quantizers is missing; TrainingError if the shapes do not belong together
 */
export function attendBinary(
  probabilities: tf.Tensor,
  value: tf.Tensor,
  { probabilities: choice, operand }: ValuesBinarizer,
  own: Own = {},
  progress = 1,
): tf.Tensor {
  const { B, H, N } = lengthsOf("attendBinary: value", value, "B H N d");
  lengthsOf("attendBinary: probabilities", probabilities, "B H M N", { B, H, N });
  return tf.tidy(() => {
    const { signs, factor } = readOperand(value, operand, "value", partOf(own, "value"), progress);
    const rules = probabilityRules(probabilities, choice, partOf(own, "probabilities"), progress);
    const terms = rules.map((rule) => {
      const { bits, alpha } = readProbabilities(probabilities, rule, progress);
      return tf.mul(batchedMatMul(bits, signs), alpha);
    });
    const sum = terms.reduce((total, term) => tf.add(total, term));
    return factor ? tf.mul(sum, factor) : sum;
  });
}

/**
 * Queries, keys or values, binarized: X ≈ β · sign(X − τ).
 *
 * @param x - shape [B, H, N, d]
 * @param binarizer - its choice for operands is used
 * @param role - which of them
 * @param own - what its quantizer learns
 * @returns shape of x
 * @throws ConfigError if operands are not binarized, or a parameter of the quantizer is missing
 */
export function binarizeOperand(
  x: tf.Tensor,
  { operand }: { readonly operand: Choice | "off" },
  role: "query" | "key" | "value" = "query",
  own: Own = {},
): tf.Tensor {
  if (operand === "off") throw new ConfigError("This binarizer leaves operands as they are. Use one that does not.");
  lengthsOf("binarizeOperand: x", x, "B H N d");
  return tf.tidy(() => {
    const { signs, factor } = readOperand(x, operand, role, own, 1);
    return factor ? tf.mul(signs, factor) : signs;
  });
}

/**
 * Attention probabilities, binarized: A ≈ Σ α_l [A ≥ τ_l + r_l M], M the largest of each row.
 *
 * @param probabilities - rows that sum to 1; shape [B, H, N, N]
 * @param binarizer - its choice for probabilities is used
 * @param own - what its quantizer learns
 * @returns shape of probabilities
 * @throws ConfigError if probabilities are not binarized, or a parameter of the quantizer is missing
 */
export function binarizeProbabilities(
  probabilities: tf.Tensor,
  { probabilities: choice }: { readonly probabilities: Choice | "off" },
  own: Own = {},
): tf.Tensor {
  if (choice === "off")
    throw new ConfigError("This binarizer leaves probabilities as they are. Use one that does not.");
  lengthsOf("binarizeProbabilities: probabilities", probabilities, "B H M N");
  return tf.tidy(() => {
    const terms = probabilityRules(probabilities, choice, own, 1).map((rule) => {
      const { bits, alpha } = readProbabilities(probabilities, rule, 1);
      return tf.mul(bits, alpha);
    });
    return terms.reduce((total, term) => tf.add(total, term));
  });
}

function readOperand(
  x: tf.Tensor,
  choice: Choice,
  role: "query" | "key" | "value",
  own: Own,
  progress = 1,
): BinaryOperand {
  const [, heads, , headDim] = x.shape as [number, number, number, number];
  const { threshold, share, gain, slope, factor } = operandRule(x, choice, role, own, progress);
  const perHead = (t: tf.Tensor) => (t.size === 1 ? t : tf.reshape(t, [heads, 1, headDim]));
  const shifted = threshold ? tf.sub(x, perHead(threshold)) : x;
  const signs = sign(shifted, slope, { progress, gain: gain && perHead(gain) });
  if (factor === "kept" || share !== undefined) {
    throw new ConfigError(`Quantizer "${choice.quantizer}" is for attention probabilities.`);
  }
  if (factor === undefined) return { signs };
  if (factor === "token") return { signs, factor: stopGradient(tokenScale(x)) };
  return { signs, factor: typeof factor === "function" ? factor(x) : tf.reshape(factor, [1, 1, 1, 1]) };
}

/** How q, k or v is read; x of shape [B, H, N, d]. */
export function operandRule(
  x: tf.Tensor,
  choice: Choice,
  role: "query" | "key" | "value",
  own: Own,
  progress: number,
): InputRule {
  const [, heads, tokens, headDim] = x.shape as [number, number, number, number];
  const site: Site = { role, inputs: heads * headDim, outputs: heads, tokens, neverNegative: false };
  const rule = rulesAt(x, choice, own, site, progress);
  if ("slope" in rule) return rule;
  throw new ConfigError(`Quantizer "${choice.quantizer}" superposes signs of ${role}, which are no longer one bit.`);
}

/** How probabilities are read; x of shape [B, H, N, N]. */
export function probabilityRules(x: tf.Tensor, choice: Choice, own: Own, progress: number): readonly InputRule[] {
  const [, heads, tokens, keys] = x.shape as [number, number, number, number];
  const site: Site = { role: "probabilities", inputs: keys, outputs: heads, tokens, neverNegative: true };
  const rules = rulesAt(x, choice, own, site, progress);
  return "slope" in rules ? [rules] : rules;
}

/** @throws ConfigError if a parameter of the quantizer is missing */
function rulesAt(x: tf.Tensor, choice: Choice, own: Own, site: Site, progress: number) {
  const quantizer = inputQuantizerOf(choice);
  expectOwn(own, Object.keys(quantizer.parameters?.(site, choice) ?? {}), choice.quantizer);
  return quantizer.rule(x, own, { settings: choice, site, progress });
}

/** {0, 1} of one rule, differentiably, and its α: one number, one for each head, or one for each row. */
function readProbabilities(x: tf.Tensor, rule: InputRule, progress: number): { bits: tf.Tensor; alpha: tf.Tensor } {
  const { gain, slope, factor } = rule;
  const signs = sign(tf.sub(x, keptFrom(x, rule)), slope, { progress, gain });
  const bits = tf.mul(tf.add(signs, 1), 0.5);
  if (factor === "kept") return { bits, alpha: keptMean(x, rule) };
  return { bits, alpha: typeof factor === "object" ? factor : tf.scalar(1) };
}

/** @returns the parameters whose names begin with that part and a dot */
export const partOf = (own: Own, name: string): Own =>
  Object.fromEntries(
    Object.entries(own).flatMap(([key, tensor]) =>
      key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), tensor]] : [],
    ),
  );
