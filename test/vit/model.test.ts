import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { Random } from "../../lib/base/random";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { binarizers } from "../../lib/binarize/registry";
import { crossEntropy } from "../../lib/ops/cross-entropy";
import { binarizable, type ModelConfig } from "../../lib/vit/config";
import { startFromBatch } from "../../lib/vit/first-batch";
import { forward, forwardWithIntermediates } from "../../lib/vit/model";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { parseModelConfig } from "../../lib/vit/parse-config";
import { parameterShapes } from "../../lib/vit/places";
import { backends } from "../verify/backends";
import { smallModel } from "./small-model";

const images = () => {
  const random = new Random(5);
  return tf.tensor4d(
    Float32Array.from({ length: 3 * 4 * 4 * 2 }, () => random.normal()),
    [3, 4, 4, 2],
  );
};
const labels = () => tf.tensor1d([0, 2, 1], "int32");

function lossAndGradients(config: ModelConfig) {
  const parameters = toTensors(startFromBatch(config, initialParameters(config, 7), readFloats(images())));
  for (const name of Object.keys(parameters)) {
    // BiT starts at thresholds of 2/N, which nothing of a fresh model's even rows reaches: values would get no gradient.
    if (name.endsWith("probabilities.scale")) parameters[name] = tf.mul(parameters[name], 0.4);
  }
  const names = Object.keys(parameters);
  const loss = (...tensors: tf.Tensor[]) =>
    crossEntropy(forward(config, Object.fromEntries(names.map((name, i) => [name, tensors[i]])), images()), labels());
  const { value, grads } = tf.valueAndGrads(loss)(Object.values(parameters));
  return {
    loss: readFloats(value)[0],
    gradients: Object.fromEntries(names.map((name, i) => [name, readFloats(grads[i])])),
  };
}

/** Whether a method stands for anything there: products have operands alone. */
const fits = (name: MethodName, part: (typeof binarizable)[number]) =>
  binarizers[name].operand !== "off" || (part !== "scores" && part !== "values");

/** Its gate is an eighth as wide, and a single hidden unit behind a ReLU may be silent. */
const widthFor = (name: MethodName) => (name === "real-to-binary" ? 32 : 8);

/** Every method in every part that it can binarize, and some combinations. */
const configurations: [string, ModelConfig][] = [
  ...binarizable.flatMap((part) =>
    (Object.keys(methods) as MethodName[])
      .filter((name) => fits(name, part))
      .map((name): [string, ModelConfig] => [
        `${part} ${name}`,
        smallModel({ depth: 1, embedDim: widthFor(name), binarize: { [part]: name } }),
      ]),
  ),
  ["fc2 bit after a ReLU", smallModel({ depth: 1, activation: "relu", binarize: { fc2: "bit" } })],
  ["mlp react-net", smallModel({ depth: 1, activation: "rprelu", binarize: { mlp: "react-net" } })],
  ["float", smallModel()],
  ["float, a stem of convolutions", smallModel({ stem: "conv" })],
  ["float, mean pooling", smallModel({ pooling: "mean" })],
  ["float, shifted tokens", smallModel({ patchSize: 1, shift: [1, 2] })],
  [
    "shifted tokens, mean pooling",
    smallModel({ patchSize: 1, shift: [3], pooling: "mean", binarize: { mlp: "channel" } }),
  ],
  ["everything learned", smallModel({ binarize: { conv: "learned", mlp: "learned", mhsa: "learned" } })],
];

describe.each(backends)("a vision transformer on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("returns its intermediates with the logits of the plain pass", () => {
    for (const binarize of [
      {},
      { mlp: "channel", mhsa: "channel" },
      { scores: "channel", values: "channel" },
    ] as const) {
      for (const pooling of ["class-token", "mean"] as const) {
        const config = smallModel({ binarize, pooling });
        const tokens = pooling === "mean" ? 4 : 5;
        const parameters = toTensors(initialParameters(config, 7));
        const plain = readFloats(forward(config, parameters, images()));
        const kept = forwardWithIntermediates(config, parameters, images());
        readFloats(kept.logits).forEach((logit, i) => {
          expect(logit).toBeCloseTo(plain[i], 4);
        });
        expect(kept.logits.shape).toEqual([3, 3]);
        expect(kept.embedded.shape).toEqual([3, tokens, 8]);
        expect(kept.blocks.map((block) => block.shape)).toEqual([
          [3, tokens, 8],
          [3, tokens, 8],
        ]);
        expect(kept.attention.map((map) => map.shape)).toEqual(Array(2).fill([3, 2, tokens, tokens]));
        expect(kept.pooled.shape).toEqual([3, 8]);
        for (const map of kept.attention) {
          for (const sum of readFloats(tf.sum(map, -1))) expect(sum).toBeCloseTo(1, 5);
        }
      }
    }
  });

  test("reads the class token, or the mean over the patches, after the last norm", () => {
    for (const pooling of ["class-token", "mean"] as const) {
      const config = smallModel({ pooling });
      const { blocks, pooled } = forwardWithIntermediates(config, toTensors(initialParameters(config, 7)), images());
      const last = readFloats(blocks[1]);
      const tokens = last.length / (3 * 8);
      for (let image = 0; image < 3; image++) {
        const row = Array.from({ length: 8 }, (_, d) => {
          const token = (n: number) => last[(image * tokens + n) * 8 + d];
          const sum = Array.from({ length: tokens }, (_, n) => token(n)).reduce((a, b) => a + b, 0);
          return pooling === "mean" ? sum / tokens : token(0);
        });
        const mean = row.reduce((a, b) => a + b, 0) / 8;
        const deviation = Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / 8);
        row.forEach((value, d) => {
          expect(readFloats(pooled)[image * 8 + d]).toBeCloseTo((value - mean) / deviation, 3); // γ = 1, β = 0
        });
      }
    }
  });

  test("frees what it does not return", () => {
    const config = smallModel({ binarize: { mlp: "channel" } });
    const parameters = toTensors(initialParameters(config, 7));
    const input = images();
    const before = tf.memory().numTensors;
    const kept = forwardWithIntermediates(config, parameters, input);
    expect(tf.memory().numTensors).toBe(before + 7); // logits, embedded, 2 maps, 2 blocks, pooled
    tf.dispose(kept as unknown as tf.TensorContainer);
    expect(tf.memory().numTensors).toBe(before);
  });
});

// On one backend: the next test holds the others to its numbers.
test("the loss has a finite gradient to every parameter, whatever is binarized", async () => {
  await useBackend("wasm");
  for (const [name, config] of configurations) {
    const { loss, gradients } = tf.tidy(() => lossAndGradients(config));
    expect(loss, name).toBeGreaterThan(0);
    expect(Object.keys(gradients)).toEqual(Object.keys(initialParameters(config, 7)));
    for (const [parameter, gradient] of Object.entries(gradients)) {
      expect(gradient.every(Number.isFinite), `${name}: ${parameter}`).toBe(true);
      expect(
        gradient.some((value) => value !== 0),
        `${name}: ${parameter}`,
      ).toBe(true);
    }
  }
});

// Odd widths: an even number of ±α can cancel to a rounding error, whose sign would be each backend's own.
test("every backend computes the same loss and gradients", async () => {
  for (const [name, { binarize, pooling, activation, stem, patchSize, shift }] of configurations) {
    const config: ModelConfig = {
      ...smallModel({ pooling, activation, stem, patchSize, shift }),
      embedDim: stem === "conv" ? 6 : 9, // its first half has to be whole
      numHeads: 3,
      mlpDim: 13,
      depth: 1,
      binarize,
    };
    const results = [];
    for (const { use } of backends) {
      await use();
      results.push(tf.tidy(() => lossAndGradients(config)));
    }
    const [first, ...others] = results;
    for (const other of others) {
      expect(other.loss, name).toBeCloseTo(first.loss, 4);
      for (const [parameter, gradient] of Object.entries(first.gradients)) {
        const largest = Math.max(...gradient.map((g, i) => Math.abs(g - other.gradients[parameter][i])));
        expect(largest, `${name}: ${parameter}`).toBeLessThan(1e-4);
      }
    }
  }
});

describe("fresh parameters", () => {
  test("have the names and shapes that the model reads", () => {
    for (const [name, config] of configurations) {
      const arrays = initialParameters(config, 1);
      const shapes = Object.fromEntries(Object.entries(arrays).map(([key, { shape }]) => [key, shape]));
      expect(shapes, name).toEqual(parameterShapes(config));
      for (const { shape, data } of Object.values(arrays)) {
        expect(data).toHaveLength(shape.reduce((a, b) => a * b, 1));
      }
    }
  });

  test("are the same for the same seed, whatever is binarized, and others for another", () => {
    const alike = ({ binarize: _, activation: __, shift: ___, ...sizes }: ModelConfig) => parseModelConfig(sizes);
    for (const [name, config] of configurations) {
      const [float, binary, other] = [alike(config), config, alike(config)].map((model, i) =>
        initialParameters(model, i < 2 ? 1 : 2),
      );
      for (const [parameter, { data }] of Object.entries(float)) {
        expect(binary[parameter].data, `${name}: ${parameter}`).toEqual(data);
        if (/weight|kernel|Token|Embedding/.test(parameter)) expect(other[parameter].data).not.toEqual(data);
      }
    }
  });

  test("start learned coefficients at the mean magnitude that they replace", () => {
    const config = smallModel({ binarize: { fc1: "learned", fc2: { scale: "learned-tensor" } } });
    const arrays = initialParameters(config, 1);
    const fc1 = arrays["blocks.1.mlp.fc1.weight"].data;
    const { shape, data } = arrays["blocks.1.mlp.fc1.scale"];
    expect(shape).toEqual([1, 12]);
    for (let o = 0; o < 12; o++) {
      const mean = fc1.filter((_, i) => i % 12 === o).reduce((sum, value) => sum + Math.abs(value), 0) / 8;
      expect(data[o]).toBeCloseTo(mean, 6);
    }
    const fc2 = arrays["blocks.1.mlp.fc2.weight"].data;
    const mean = fc2.reduce((sum, value) => sum + Math.abs(value), 0) / fc2.length;
    expect(arrays["blocks.1.mlp.fc2.scale"]).toMatchObject({ shape: [1, 1] });
    expect(arrays["blocks.1.mlp.fc2.scale"].data[0]).toBeCloseTo(mean, 6);
  });
});
