import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { activations } from "../binarize/activations/index";
import { attendBinary, binarizeProbabilities, binaryScores, partOf } from "../binarize/attention";
import type { Binarizer, Choice } from "../binarize/binarizer";
import { binaryPatchEmbedding } from "../binarize/conv";
import { binaryLinear } from "../binarize/linear";
import type { Own } from "../binarize/quantizer";
import { weightQuantizerOf } from "../binarize/registry";
import { selfAttention } from "../ops/attention";
import { batchedMatMul } from "../ops/batched-matmul";
import { crossEntropy } from "../ops/cross-entropy";
import { gelu } from "../ops/gelu";
import { layerNorm } from "../ops/layer-norm";
import { linear } from "../ops/linear";
import { patchify } from "../ops/patchify";
import { softmax } from "../ops/softmax";
import { tokenShift } from "../ops/token-shift";
import { forward } from "../vit/model";
import { parseBinarizer } from "../vit/parse-binarize";
import { parseModelConfig } from "../vit/parse-config";

type Inputs = Readonly<Record<string, tf.Tensor>>;
type Options = Readonly<Record<string, unknown>>;

/** An operation under test, as a function of its float inputs; integer inputs stay outside the gradient. */
type Operation = (inputs: Inputs, options: Options) => tf.Tensor;

/** The kit's own operations by the names that reference vectors use. */
export const operations: Readonly<Record<string, Operation>> = {
  layer_norm: ({ x, gamma, beta }, { epsilon }) => layerNorm(x, gamma, beta, epsilon as number),
  gelu: ({ x }, { form }) => {
    oneOf("form", form ?? "erf", ["erf"] as const);
    return gelu(x);
  },
  multi_head_self_attention: ({ x, weightQkv, biasQkv, weightOut, biasOut }, { numHeads }) =>
    linear(selfAttention(linear(x, weightQkv, biasQkv), numHeads as number), weightOut, biasOut),
  patch_embedding: ({ x, kernel, bias }, { patchSize }) => {
    const [height, width, channels, embedDim] = kernel.shape as [number, number, number, number];
    return linear(patchify(x, patchSize as number), tf.reshape(kernel, [height * width * channels, embedDim]), bias);
  },
  binary_linear: ({ x, weight, bias, scale }, options) =>
    binaryLinear(x, { weight, bias, scale }, binarizerOf(options)),
  mlp: ({ x, weight1, bias1, weight2, bias2 }, options) => {
    const how = binarizerOf(options);
    const hidden = gelu(binaryLinear(x, { weight: weight1, bias: bias1 }, how));
    return binaryLinear(hidden, { weight: weight2, bias: bias2 }, how);
  },
  binary_patch_embedding: ({ x, kernel, bias, scale }, { patchSize: _, ...options }) =>
    binaryPatchEmbedding(x, { kernel, bias, scale }, binarizerOf(options)),
  vit: ({ x, ...parameters }, { binarize, binarizer, ...sizes }) => {
    const parts = binarize as readonly string[];
    const how = parts.length > 0 ? binarizerOf(binarizer as Options) : "off";
    const config = parseModelConfig({ ...sizes, binarize: Object.fromEntries(parts.map((part) => [part, how])) });
    return forward(config, parameters, x);
  },
  method_linear: ({ x, weight, bias, ...own }, { progress, ...roles }) => {
    const how = parseBinarizer(roles);
    const site = { role: "weight", inputs: 1, outputs: 1, tokens: 1, neverNegative: false } as const;
    const ofWeight = how.weight === "off" ? {} : (weightQuantizerOf(how.weight).parameters?.(site, how.weight) ?? {});
    const named = Object.entries(own).map(([name, t]) => [Object.hasOwn(ofWeight, name) ? name : `input.${name}`, t]);
    return binaryLinear(x, { ...Object.fromEntries(named), weight, bias }, how, { progress: progress as number });
  },
  rprelu: ({ x, ...own }) => activations().rprelu.apply(x, own, 1),
  method_scores: ({ q, k, table }, { slope, scale }) => {
    const operand = { quantizer: "sign", slope, scale };
    const { operand: choice } = parseBinarizer({ operand });
    const how = { operand: choice as Choice, correction: table ? "table" : "none" } as const;
    // There the correction is divided by √d with the score, here it is added afterwards.
    const own: Own = table ? { correction: tf.div(table, Math.sqrt(q.shape[3] as number)) } : {};
    return softmax(binaryScores(q, k, how, own));
  },
  method_attention_values: ({ probabilities, values, ...given }, options) => {
    const ofValues = { valueScale: "value.scale", valueThreshold: "value.threshold" } as Record<string, string>;
    const own = Object.fromEntries(
      Object.entries(given).map(([name, t]) => [ofValues[name] ?? `probabilities.${name}`, t]),
    );
    const written = { probabilities: options.probabilities, operand: options.values };
    const { probabilities: choice, operand } = parseBinarizer(written as object);
    const how = { probabilities: choice as Choice, operand: operand as Choice };
    if (operand !== "off") return attendBinary(probabilities, values, how, own);
    return batchedMatMul(binarizeProbabilities(probabilities, how, partOf(own, "probabilities")), values);
  },
  token_shift: ({ x }, { grid, pattern, distance }) => {
    const width = x.shape[2] as number;
    const chosen = oneOf("pattern", pattern, shiftPatterns);
    const scale = tf.stack(shiftPatterns.map((name) => tf.fill([width], name === chosen ? 1 : 0)));
    return tokenShift(x, scale, tf.zeros([3, width]), shiftOptions(grid, distance));
  },
  token_shift_module: ({ x, scale, offset }, { grid, distance }) =>
    tokenShift(x, scale, offset, shiftOptions(grid, distance)),
  cross_entropy: ({ logits, labels }, { labelSmoothing, reduction }) =>
    crossEntropy(
      logits,
      labels,
      labelSmoothing as number,
      oneOf("reduction", reduction ?? "mean", ["mean", "sum"] as const),
    ),
};

const shiftPatterns = ["rows", "columns", "mix"] as const;

function shiftOptions(grid: unknown, distance: unknown) {
  const [rows, columns] = grid as [number, number];
  return { rows, columns, distance: distance as number };
}

function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw new ConfigError(`option ${name} is ${JSON.stringify(value)}, known: ${known.join(", ")}.`);
}

const binarizerOf = (options: Options): Binarizer => parseBinarizer(options);

/** Inputs that are indices, not numbers to be differentiated. */
export const integerInputs: readonly string[] = ["labels"];
