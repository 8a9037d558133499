import * as tf from "@tensorflow/tfjs";
import { startOf } from "../ops/held";
import type { LayerBinarizer } from "./binarizer";
import { type BinaryLinearParameters, inputRule, ownOf } from "./layer-form";
import type { InputRule, Site } from "./quantizer";
import { weightQuantizerOf } from "./registry";
import type { Slope } from "./slope";

/**
 * A binarized layer whose signs are replaced by what they are pretended to be, in plain operations: at the point where it
 * was evaluated first it has the values of `binaryLinear`, and around it the slopes that training pretends.
 *
 * sign(u) → sign(u₀) + f(u) − f(u₀); u₀, and whatever has no gradient, stay what they were in the first evaluation
 *
 * @param x - shape [B, N, I]
 * @param progress - how much of the training is over
 * @returns shape [B, N, O]
 */
export function pretendedLayer(
  x: tf.Tensor,
  parameters: BinaryLinearParameters,
  binarizer: LayerBinarizer,
  site: Site,
  progress: number,
): tf.Tensor {
  const rule = inputRule(x, parameters, binarizer, site, progress);
  const input = rule && rule.levels !== "real" ? readInput(x, rule, progress) : x;
  let [matrix, alpha]: [tf.Tensor, tf.Tensor | undefined] = [parameters.weight, undefined];
  if (binarizer.weight !== "off") {
    const context = { settings: binarizer.weight, site, progress };
    const quantizer = weightQuantizerOf(binarizer.weight);
    const { latent, slope, factor } = quantizer.quantize(parameters.weight, ownOf(parameters, "weight"), context);
    [matrix, alpha] = [pretendedSign(latent, slope, progress), factor];
  }
  const [batch, tokens, inputs] = x.shape as [number, number, number];
  const product = tf.matMul(tf.reshape(input, [batch * tokens, inputs]), matrix as tf.Tensor2D);
  let y: tf.Tensor = tf.reshape(product, [batch, tokens, site.outputs]);
  if (alpha) y = tf.mul(y, alpha);
  const beta = rule && factorOf(x, rule);
  return tf.add(beta ? tf.mul(y, beta) : y, parameters.bias);
}

function readInput(x: tf.Tensor, { threshold, gain, slope, levels }: InputRule, progress: number): tf.Tensor {
  const shifted = threshold ? tf.sub(x, threshold) : x;
  const signs = pretendedSign(gain ? tf.mul(shifted, gain) : shifted, slope, progress);
  return levels === "zero-one" ? tf.mul(tf.add(signs, 1), 0.5) : signs;
}

function factorOf(x: tf.Tensor, { factor }: InputRule): tf.Tensor | undefined {
  if (factor === "token") {
    const size = tf.mean(tf.abs(x), -1, true);
    return startOf(size) ?? size;
  }
  return typeof factor === "function" ? factor(x) : typeof factor === "object" ? factor : undefined;
}

/** sign(u₀) + f(u) − f(u₀); without f its tangent: the slope at u₀ times u − u₀. */
function pretendedSign(u: tf.Tensor, { pretends, at }: Slope, progress: number): tf.Tensor {
  const start = startOf(u) ?? u;
  const signs = tf.sub(tf.mul(tf.cast(tf.greaterEqual(start, 0), "float32"), 2), 1);
  if (!pretends) return tf.add(signs, tf.mul(at(start, progress), tf.sub(u, start)));
  // In float64 on the host: the difference of two close numbers.
  const [now, then] = [u.dataSync(), start.dataSync()];
  const moves = Float32Array.from(now, (value, i) => pretends(value, progress) - pretends(then[i], progress));
  return tf.add(signs, tf.tensor(moves, u.shape));
}
