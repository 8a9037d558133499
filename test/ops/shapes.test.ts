import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { TrainingError } from "../../lib/base/errors";
import { attendBinary, binarizeOperand, binarizeProbabilities, binaryScores } from "../../lib/binarize/attention";
import type { ScoresBinarizer, ValuesBinarizer } from "../../lib/binarize/binarizer";
import { binaryPatchEmbedding } from "../../lib/binarize/conv";
import { binaryLinear } from "../../lib/binarize/linear";
import { scaleFactor } from "../../lib/binarize/methods/scaled-sign";
import { binarizers } from "../../lib/binarize/registry";
import { pseudoGradient, sign } from "../../lib/binarize/sign";
import { slopes } from "../../lib/binarize/slopes";
import { binarizeWeight } from "../../lib/binarize/weight";
import { attentionProbabilities, joinHeads, selfAttention, splitHeads } from "../../lib/ops/attention";
import { crossEntropy } from "../../lib/ops/cross-entropy";
import { gelu } from "../../lib/ops/gelu";
import { layerNorm } from "../../lib/ops/layer-norm";
import { linear } from "../../lib/ops/linear";
import { patchify } from "../../lib/ops/patchify";
import { unfold } from "../../lib/ops/unfold";
import { forward } from "../../lib/vit/model";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { parseModelConfig } from "../../lib/vit/parse-config";
import { backends } from "../verify/backends";
import { smallModel, smallSizes } from "../vit/small-model";

/** Numbers that are no zeros, so that what is read beyond a tensor would differ from them. */
const filled = (...shape: number[]) => tf.fill(shape, 0.5);
const classes = (...labels: number[]) => tf.tensor1d(labels, "int32");
const { channel } = binarizers;
const { scores, values } = parseModelConfig({ ...smallSizes, binarize: { scores: "bit", values: "bit" } }).binarize;
const [ofScores, ofValues] = [scores as ScoresBinarizer, values as ValuesBinarizer];
const weights = ["unscaled", "tensor", "channel", "ir-net", "dorefa"] as const;
const model = smallModel();
const bits = smallModel({
  ...{ stem: "conv", pooling: "mean", shift: [1], activation: "relu" },
  binarize: { conv: "bit", mlp: "bit", mhsa: "bit", scores: "bit", values: "bit" },
});
const { imageSize: size, channels } = model;

describe.each(backends)("on $name", ({ use }) => {
  test.each<[string, () => unknown, string]>([
    ["patches that do not divide", () => patchify(filled(1, 6, 6, 1), 4), "images of 6×6 pixels cannot be cut"],
    ["images that are not square", () => patchify(filled(1, 6, 4, 1), 2), "patchify: images: shape [1,6,4,1]"],
    ["no images", () => patchify(tf.zeros([0, 4, 4, 1]), 2), "expected [B, S, S, c], no axis empty"],
    ["heads that do not divide", () => splitHeads(filled(1, 3, 12), 5), "cannot be split into q, k, v of 5 heads"],
    ["heads of a matrix", () => joinHeads(filled(3, 12)), "joinHeads: heads: shape [3,12]"],
    [
      "inputs of another length",
      () => linear(filled(2, 5), filled(4, 3)),
      "x: shape [2,5], expected [..., in], in = 4",
    ],
    ["a bias of another length", () => linear(filled(2, 4), filled(4, 3), filled(2)), "linear: bias: shape [2]"],
    ["windows of one axis", () => unfold(filled(6), { kernel: 3, stride: 1, padding: 1 }), "unfold: images: shape [6]"],
    ["α of a kernel", () => scaleFactor(filled(2, 2, 1, 3), "channel"), "latent: shape [2,2,1,3], expected [I, O]"],
    ["α of nothing", () => scaleFactor(tf.zeros([0, 3]), "channel"), "scaleFactor: latent: shape [0,3]"],
    ["a kernel as matrix", () => binarizeWeight(filled(2, 2, 1, 3), channel), "binarizeWeight: weight: shape"],
    ["a bias of a binary layer", () => binaryLinear(filled(2, 4), layer(4, 3, 2), channel), "binaryLinear: bias"],
    [
      "inputs of a binary layer",
      () => binaryLinear(filled(2, 5), layer(4, 3, 3), channel),
      "expected [..., I], I = 4.",
    ],
    ["pixels of a patch", () => binaryPatchEmbedding(filled(1, 4, 4, 3), embedding(), channel), "c = 1"],
    ["keys of other heads", () => binaryScores(filled(1, 2, 3, 4), filled(1, 3, 3, 4), ofScores, {}), "H = 2"],
    ["values of other tokens", () => attendBinary(filled(1, 2, 3, 3), filled(1, 2, 4, 4), ofValues), "N = 4"],
    ["a label beyond the classes", () => crossEntropy(filled(2, 3), classes(0, 3)), "label 3, expected whole numbers"],
    ["a label below 0", () => crossEntropy(filled(2, 3), classes(0, -1)), "label -1"],
    ["half a label", () => crossEntropy(filled(1, 3), tf.tensor1d([0.5])), "label 0.5"],
    ["too few labels", () => crossEntropy(filled(2, 3), classes(0)), "crossEntropy: labels: shape [1]"],
    ["a smoothing of 2", () => crossEntropy(filled(1, 3), classes(0), 2), "labelSmoothing is 2"],
    ["images of another size", () => run(filled(1, 2 * size, 2 * size, channels)), "forward: images: shape"],
    ["channels first", () => run(filled(1, channels, size, size)), `c = ${channels}`],
    ["a batch of none", () => run(tf.zeros([0, size, size, channels])), "no axis empty"],
  ])("%s: refused, with what was expected", async (_, attempt, message) => {
    await use();
    expect(() => tf.tidy(() => void attempt())).toThrow(TrainingError);
    expect(() => tf.tidy(() => void attempt())).toThrow(message);
  });

  test("a parameter that is missing, or of another shape, is named", async () => {
    await use();
    const images = filled(1, size, size, channels);
    const { "head.bias": _, ...headless } = toTensors(initialParameters(model, 1));
    expect(() => forward(model, headless, images)).toThrow('Parameter "head.bias" is missing, the model expects [');
    const other = { ...headless, "head.bias": filled(1) };
    expect(() => forward(model, other, images)).toThrow('Parameter "head.bias" is [1]');
  });

  test("what is not a number has no sign", async () => {
    await use();
    expect([...tf.tidy(() => sign(tf.tensor1d([Number.NaN, -0, -1]), "clip")).dataSync()]).toEqual([Number.NaN, 1, -1]);
  });

  test("nothing but results is left in memory", async () => {
    await use();
    const [x, w, b, qkv] = [filled(2, 5, 8), filled(8, 4), filled(4), filled(2, 5, 24)];
    const [q, p] = [filled(1, 2, 5, 4), filled(1, 2, 5, 5)];
    const [zero, one] = [tf.tensor1d([0]), tf.tensor1d([1])];
    const own = (...names: string[]) =>
      Object.fromEntries(
        names.flatMap((name) => Object.entries({ [`${name}.scale`]: one, [`${name}.threshold`]: zero })),
      );
    const [ownScores, ownValues] = [own("query", "key"), own("probabilities", "value")];
    const [square, row] = [filled(2, 4, 4, 1), filled(8)];
    const parameters = toTensors(initialParameters(model, 1));
    const ofBits = toTensors(initialParameters(bits, 1));
    const pixels = filled(2, size, size, channels);
    const [logits, labels, kernel, three] = [filled(2, 3), classes(0, 1), filled(2, 2, 1, 3), filled(3)];
    const calls: Record<string, () => tf.Tensor | tf.TensorContainerObject> = {
      ...Object.fromEntries(Object.keys(slopes).map((name) => [name, () => pseudoGradient(x, name as "clip")])),
      ...Object.fromEntries(weights.map((name) => [`weight ${name}`, () => binarizeWeight(w, binarizers[name])])),
      ...Object.fromEntries(
        weights.map((name) => [`layer ${name}`, () => binaryLinear(x, { weight: w, bias: b }, binarizers[name])]),
      ),
      sign: () => sign(x, "clip"),
      gelu: () => gelu(x),
      layerNorm: () => layerNorm(x, row, row, 1e-6),
      linear: () => linear(x, w, b),
      unbiased: () => linear(x, w),
      patchify: () => patchify(square, 2),
      unfold: () => unfold(square, { kernel: 3, stride: 1, padding: 1 }),
      selfAttention: () => selfAttention(qkv, 2),
      splitHeads: () => ({ ...splitHeads(qkv, 2) }),
      joinHeads: () => joinHeads(q),
      attentionProbabilities: () => attentionProbabilities(q, q),
      crossEntropy: () => crossEntropy(logits, labels),
      scaleFactor: () => scaleFactor(w, "tensor"),
      embedding: () => binaryPatchEmbedding(square, { kernel, bias: three }, channel),
      binaryScores: () => binaryScores(q, q, ofScores, ownScores),
      attendBinary: () => attendBinary(p, q, ofValues, ownValues),
      operand: () => binarizeOperand(q, ofValues, "value", { threshold: zero, scale: one }),
      probabilities: () => binarizeProbabilities(p, ofValues, { threshold: zero, scale: one }),
      forward: () => forward(model, parameters, pixels),
      inBits: () => forward(bits, ofBits, pixels),
    };
    const left = Object.entries(calls).map(([name, call]) => {
      const before = tf.memory().numTensors;
      tf.dispose(call());
      return [name, tf.memory().numTensors - before];
    });
    expect(left.filter(([, tensors]) => tensors !== 0)).toEqual([]);
  });
});

const run = (images: tf.Tensor) => forward(model, toTensors(initialParameters(model, 1)), images);
const layer = (inputs: number, outputs: number, biases: number) => ({
  weight: filled(inputs, outputs),
  bias: filled(biases),
});
const embedding = () => ({ kernel: filled(2, 2, 1, 3), bias: filled(3) });
