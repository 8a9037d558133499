import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import type { Binarizer } from "../binarize/binarizer";
import { binaryPatchEmbedding } from "../binarize/conv";
import { binaryLinear } from "../binarize/linear";
import { selfAttention } from "../ops/attention";
import { crossEntropy } from "../ops/cross-entropy";
import { gelu } from "../ops/gelu";
import { layerNorm } from "../ops/layer-norm";
import { linear } from "../ops/linear";
import { patchify } from "../ops/patchify";
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
  cross_entropy: ({ logits, labels }, { labelSmoothing, reduction }) =>
    crossEntropy(
      logits,
      labels,
      labelSmoothing as number,
      oneOf("reduction", reduction ?? "mean", ["mean", "sum"] as const),
    ),
};

function oneOf<T extends string>(name: string, value: unknown, known: readonly T[]): T {
  if (known.includes(value as T)) return value as T;
  throw new ConfigError(`option ${name} is ${JSON.stringify(value)}, known: ${known.join(", ")}.`);
}

const binarizerOf = (options: Options): Binarizer => parseBinarizer(options);

/** Inputs that are indices, not numbers to be differentiated. */
export const integerInputs: readonly string[] = ["labels"];
