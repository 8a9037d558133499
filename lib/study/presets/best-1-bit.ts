import type { StudyInput } from "../study-config";
import { float } from "./components";
import { onCifar10 } from "./on-cifar10";

type Row = StudyInput["rows"][number];

const taught = { "cross-entropy": { weight: 0.2 }, distillation: { teacher: "row:float", weight: 0.8 } } as const;

const scaled = { qkv: "channel", projection: "channel", scores: "channel", values: "channel" } as const;

const reactNet = {
  conv: "channel-w1a32",
  mlp: "react-net",
  mhsa: { qkv: "react-net", projection: "react-net", scores: "bit", values: "bit" },
} as const;

/**
 * From float to one bit throughout, a step a row; each row keeps what those before it have.
 *
 * | row            | changes                                                                                       |
 * |----------------|-----------------------------------------------------------------------------------------------|
 * | `float`        | nothing binarized, behind a stem of two 3×3 convolutions                                      |
 * | `all/plain`    | every weight one bit and every operand of every product, QKᵀ and AV too, with a channel scale |
 * | `all/pixels`   | what the stem reads stays float; its weights are still one bit                                |
 * | `all/learned`  | learned thresholds: ReActNet's layers and activation, BiT's attention                         |
 * | `all/shift`    | tokens shifted beside each MLP, as BHViT does                                                 |
 * | `all/taught`   | learns from the float row's probabilities                                                     |
 * | `all/wide`     | more width                                                                                    |
 * | `all/weights`  | first stage of the next row: weights one bit, operands float                                  |
 * | `all/staged`   | in two halves, 1-bit weights before 1-bit operands; weights without decay, drawn to ±1 at the end |
 */
const ladder = (epochs: number, wide: { readonly embedDim: number; readonly mlpDim: number }): Row[] => {
  const model = { activation: "rprelu" };
  const shifted = { ...model, shift: [1, 2] };
  const widened = { ...shifted, ...wide };
  const half = Math.floor(epochs / 2);
  const weights = { weight: "channel", input: "off" } as const;
  return [
    float,
    row("plain", { conv: "channel", mlp: "channel", mhsa: scaled }),
    row("pixels", { conv: "channel-w1a32", mlp: "channel", mhsa: scaled }),
    row("learned", reactNet, { model }),
    row("shift", reactNet, { model: shifted }),
    row("taught", reactNet, { model: shifted, training: { objective: taught } }),
    row("wide", reactNet, { model: widened, training: { objective: taught } }),
    row(
      "weights",
      { conv: weights, mlp: weights, mhsa: { qkv: weights, projection: weights } },
      { model: widened, training: { objective: taught, epochs: half } },
    ),
    row("staged", reactNet, {
      model: widened,
      from: "all/weights",
      training: {
        objective: { ...taught, "unit-weights": { weight: 0.1, from: 0.9 } },
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

/** The same on photographs, for twenty epochs. Recorded results: data/results/best-1-bit-cifar10. */
export const best1BitCifar10 = onCifar10(best1Bit, 20, ladder(20, { embedDim: 192, mlpDim: 384 }));
