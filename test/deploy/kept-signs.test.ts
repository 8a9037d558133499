import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { createEngine } from "../../lib/deploy/engine";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { roundFloats } from "../../lib/deploy/round-floats";
import type { ParameterArrays } from "../../lib/vit/parameters";
import { smallModel } from "../vit/small-model";
import { anyImages, anyParameters, pack } from "./simulation";

beforeAll(async () => {
  await useBackend("wasm");
});

const D = 48;

/** Parameters with which the first block reads of the class token, in its first channels, numbers just beside 0. */
function balanced(parameters: ParameterArrays, thresholds: ArrayLike<number>): ParameterArrays {
  const of = (name: string) => parameters[name].data;
  const [gamma, beta, positions] = [of("blocks.0.norm1.gamma"), of("blocks.0.norm1.beta"), of("positionEmbedding")];
  const token = Float64Array.from(of("classToken"), (value, j) => value + positions[j]);
  for (let pass = 0; pass < 100; pass++) {
    const mean = token.reduce((a, b) => a + b) / D;
    const deviation = Math.sqrt(token.reduce((a, b) => a + (b - mean) ** 2, 0) / D + 1e-6);
    for (let j = 0; j < 10; j++) {
      const wanted = thresholds[j % thresholds.length] + (j % 2 ? 3e-6 : -3e-6);
      token[j] = mean + (deviation * (wanted - beta[j])) / gamma[j];
    }
  }
  const data = Float32Array.from(token, (value, j) => value - positions[j]);
  return { ...parameters, classToken: { shape: [1, 1, D], data } };
}

/** The sums of signs that the first block's qkv has for the class token of the first image. */
function firstSums(model: PackedModel, images: Float32Array): number[] {
  let sums: number[] = [];
  createEngine(model).forward(images, 2, (layer, values) => {
    if (layer === "blocks.0.attention.qkv") sums = [...values.subarray(0, 3 * D)];
  });
  return sums;
}

describe("what the first block reads of the class token", () => {
  test.each([
    ["channel", 16],
    ["channel", 8],
    ["react-net", 16],
    ["react-net", 8],
  ] as const)("%s, %i bits: has the signs that it had before rounding", (method, bits) => {
    let flipped = 0;
    for (let seed = 1; seed <= 4; seed++) {
      const config = smallModel({ embedDim: D, mlpDim: 96, depth: 1, binarize: { mlp: method, mhsa: method } });
      const start = anyParameters(config, seed);
      const thresholds = pack(config, start).tensors["blocks.0.attention.qkv.threshold"]?.data ?? [0];
      const exact = pack(config, balanced(start, thresholds));
      const rounded = roundFloats(exact, bits);
      const images = anyImages(config, 2);
      const before = firstSums(exact, images);
      expect(before.length).toBe(3 * D);
      expect(firstSums(rounded, images)).toEqual(before);
      const left = { ...rounded, tensors: { ...rounded.tensors, classToken: exact.tensors.classToken } };
      flipped += firstSums(left, images).some((sum, i) => sum !== before[i]) ? 1 : 0;
    }
    expect(flipped).toBeGreaterThan(0); // without, they would not
  });

  test("is no matter where that block reads floats, or there is none", () => {
    for (const changes of [{ binarize: { mlp: "channel" } }, { binarize: { qkv: "channel-w1a32" } }] as const) {
      const config = smallModel({ embedDim: D, ...changes });
      expect(roundFloats(pack(config, anyParameters(config, 1)), 16).tensors.classToken.bits).toBe(16);
    }
    const config = smallModel({ embedDim: D, pooling: "mean", binarize: { qkv: "channel" } });
    expect(roundFloats(pack(config, anyParameters(config, 1)), 16).tensors.classToken).toBeUndefined();
  });
});
