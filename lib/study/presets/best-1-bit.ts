import type { StudyInput } from "../study-config";
import { float } from "./components";
import { onCifar10 } from "./on-cifar10";

type Row = StudyInput["rows"][number];

const taught = { "cross-entropy": { weight: 0.2 }, distillation: { teacher: "row:float", weight: 0.8 } } as const;

const attention = { scores: "bit", values: "bit" } as const;

/** Every layer of the blocks with learned scales, every product of attention by BiT's quantizers; the stem's inputs stay float. */
export const learnedThroughout = {
  conv: "channel-w1a32",
  mlp: "learned",
  mhsa: { qkv: "learned", projection: "learned", ...attention },
} as const;

const reactNet = {
  conv: "channel-w1a32",
  mlp: "react-net",
  mhsa: { qkv: "react-net", projection: "react-net", ...attention },
} as const;

const plain = { qkv: "channel", projection: "channel", scores: "channel", values: "channel" } as const;

/**
 * From float to one bit throughout, a step a row.
 *
 * | row             | is                                                                                             |
 * |-----------------|------------------------------------------------------------------------------------------------|
 * | `float`         | nothing binarized, behind a stem of two 3×3 convolutions                                       |
 * | `all/plain`     | every weight one bit and every operand of every product, QKᵀ and AV too, with a channel scale  |
 * | `all/pixels`    | and what the stem's layers read stays float; their weights are one bit                            |
 * | `all/attention` | and BiT's quantizers for QKᵀ and AV                                                            |
 * | `all/learned`   | and learned scales                                                                             |
 * | `all/wide`      | and more width: the best on digits                                                             |
 *
 * What else is said to help, each beside `all/wide`:
 *
 * | row             | changes                                                                                        |
 * |-----------------|------------------------------------------------------------------------------------------------|
 * | `all/shift`     | tokens shifted beside each MLP, as BHViT does                                                  |
 * | `all/taught`    | learns from the float row's probabilities                                                      |
 * | `all/react-net` | ReActNet's layers and activation in place of learned scales                                    |
 * | `all/weights`   | first stage of the next row: weights one bit, operands float                                   |
 * | `all/staged`    | in two halves, 1-bit weights before 1-bit operands; weights without decay, drawn to ±1 at the end |
 */
const ladder = (epochs: number, wide: { readonly embedDim: number; readonly mlpDim: number }): Row[] => {
  const half = Math.floor(epochs / 2);
  const weights = { weight: "channel", input: "off" } as const;
  return [
    float,
    row("plain", { conv: "channel", mlp: "channel", mhsa: plain }),
    row("pixels", { conv: "channel-w1a32", mlp: "channel", mhsa: plain }),
    row("attention", { conv: "channel-w1a32", mlp: "channel", mhsa: { ...plain, ...attention } }),
    row("learned", learnedThroughout),
    row("wide", learnedThroughout, { model: wide }),
    row("shift", learnedThroughout, { model: { ...wide, shift: [1, 2] } }),
    row("taught", learnedThroughout, { model: wide, training: { objective: taught } }),
    row("react-net", reactNet, { model: { ...wide, activation: "rprelu" } }),
    row(
      "weights",
      { conv: weights, mlp: weights, mhsa: { qkv: weights, projection: weights } },
      { model: wide, training: { epochs: half } },
    ),
    row("staged", learnedThroughout, {
      model: wide,
      from: "all/weights",
      training: {
        objective: { "cross-entropy": { weight: 1 }, "unit-weights": { weight: 0.1, from: 0.9 } },
        epochs: epochs - half,
        warmupEpochs: 0,
        latentDecay: 0,
        latentClip: 1,
      },
    }),
  ];
};

const row = (scale: string, binarize: Row["binarize"], more: Partial<Row> = {}): Row => ({
  component: "all",
  scale,
  binarize,
  ...more,
});

/** The best model of one bit throughout on 8×8 digits, and what each step to it is worth. Recorded results: data/results/best-1-bit. */
export const best1Bit: StudyInput = {
  name: "best-1-bit",
  extends: "digits",
  model: { stem: "conv" },
  rows: ladder(25, { embedDim: 128, mlpDim: 256 }),
};

/** The width that an eighth of the float model's bytes has room for. */
export const wideOnPhotographs = { embedDim: 192, mlpDim: 384 };

/** The width that a third of them has room for. */
export const widerOnPhotographs = { embedDim: 320, mlpDim: 640 };

/** What tries on photographs found better, in float as well: the head reads the mean of tokens, and tokens are shifted. */
const local = { pooling: "mean", shift: [1, 2] } as const;

/** And in bits: softened probabilities of the float row alone, twice the rate, latent weights that do not decay. */
const tuned = {
  objective: { distillation: { teacher: "row:float", weight: 1, temperature: 2 } },
  learningRate: 2e-3,
  latentDecay: 0,
} as const;

/**
 * The same on photographs, for twenty epochs, with more rows. Recorded results: data/results/best-1-bit-cifar10.
 *
 * | row           | is                                                                                                |
 * |---------------|---------------------------------------------------------------------------------------------------|
 * | `float/tuned` | `float` that reads the mean of tokens and shifts them beside each MLP                             |
 * | `float/long`  | that for forty epochs: what more time would give                                                  |
 * | `all/tuned`   | `all/wide` with both, taught by the float row's softened probabilities alone, at twice the rate   |
 * | `all/wider`   | and more width: almost a third of the float model's bytes                                         |
 */
export const best1BitCifar10 = onCifar10(best1Bit, 20, [
  ...ladder(20, wideOnPhotographs),
  { component: "float", scale: "tuned", binarize: {}, model: local },
  { component: "float", scale: "long", binarize: {}, model: local, training: { epochs: 40 } },
  row("tuned", learnedThroughout, { model: { ...wideOnPhotographs, ...local }, training: tuned }),
  row("wider", learnedThroughout, { model: { ...widerOnPhotographs, ...local }, training: tuned }),
]);
