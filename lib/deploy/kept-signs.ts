import type { PackedModel, PackedTensor } from "./packed-model";

type Tensors = PackedModel["tensors"];

/** How far from 0 a number is brought whose sign would not stay; with each attempt so much farther. */
const margin = 1e-4;

/**
 * The class token with which the first block reads the same signs after rounding as before.
 *
 * What it reads there, sign(norm1(c + p₀) − τ), is the same for every image. Training moves some of these numbers to and fro
 * across 0 and leaves them within 1e-5 of it, so that rounding would flip them, for all images at once. So c' is
 * c + p₀ − p₀', and a channel whose sign the rounded norm changes all the same is moved until it does not.
 *
 * @param model - as it was
 * @param rounded - its tensors, rounded
 * @param round - rounds c' itself
 * @returns c'; nothing where that block reads no signs of a class token
 */
export function classTokenOfSameSigns(
  { config, tensors }: PackedModel,
  rounded: Tensors,
  round: (token: Float32Array) => PackedTensor,
): PackedTensor | undefined {
  const { layers, pooling, embedDim, normEpsilon } = config;
  if (pooling !== "class-token" || layers.qkv === "float" || layers.qkv.inputs === "float") return undefined;
  const positions = rounded.positionEmbedding.data;
  const threshold = tensors["blocks.0.attention.qkv.threshold"]?.data ?? [0];
  const read = ({ "blocks.0.norm1.gamma": gamma, "blocks.0.norm1.beta": beta }: Tensors, x: readonly number[]) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / embedDim;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / embedDim;
    const deviation = Math.sqrt(variance + normEpsilon);
    const values = x.map(
      (value, j) => ((value - mean) / deviation) * gamma.data[j] + beta.data[j] - threshold[j % threshold.length],
    );
    return { values, deviation };
  };
  const token = Array.from(tensors.classToken.data, (value, j) => value + tensors.positionEmbedding.data[j]);
  const wanted = read(tensors, token).values.map((value) => (value < 0 ? -1 : 1));
  for (let attempt = 1; ; attempt++) {
    const found = round(Float32Array.from(token, (value, j) => value - positions[j]));
    const seen = Array.from(found.data, (value, j) => value + positions[j]);
    const { values, deviation } = read(rounded, seen);
    const changed = wanted.flatMap((sign, j) => ((values[j] < 0 ? -1 : 1) === sign ? [] : [j]));
    if (changed.length === 0 || attempt === 20) return found;
    for (const j of changed) {
      const gamma = rounded["blocks.0.norm1.gamma"].data[j];
      if (gamma !== 0) token[j] += ((wanted[j] * margin * attempt - values[j]) * deviation) / gamma;
    }
  }
}
