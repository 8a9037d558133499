import type { StudyInput } from "../study-config";
import { float, gridOf, rowsOf } from "./components";
import { onCifar10 } from "./on-cifar10";

const inputs = {
  unscaled: "unscaled",
  tensor: "tensor",
  channel: "channel",
  learned: "learned",
  token: "xnor",
} as const;

const floatInputs = {
  "unscaled-w1a32": { scale: "none", activation: "none" },
  "tensor-w1a32": { scale: "tensor", activation: "none" },
  "channel-w1a32": "channel-w1a32",
  "learned-w1a32": { scale: "learned", activation: "none" },
} as const;

/**
 * The report's comparison in full on 8×8 digits: {conv, mlp, mhsa, mlp+mhsa, all} × {no scale, one a tensor, one a
 * channel, learned ones, a channel's times each token's K} × {1-bit inputs, float inputs}, and float: 46 runs a seed. K
 * belongs to 1-bit inputs, so it has no row with float ones. Scales are called as in the quick study where it has them,
 * so that its runs are found here, too. Recorded results: data/results/report.
 */
export const report: StudyInput = {
  name: "report",
  extends: "digits",
  rows: [float, ...gridOf({ ...inputs, ...floatInputs })],
};

const { unscaled, channel, learned } = inputs;
const { "tensor-w1a32": _, ...withoutTensor } = floatInputs;

/**
 * The report's comparison on photographs, for five epochs: {conv, mlp, mhsa, mlp+mhsa, all} × {no scale, one a channel,
 * learned ones}, W1A1, mlp+mhsa with float inputs as well, and a stem of two 3×3 convolutions, float and 1-bit: 23 runs a
 * seed. Recorded results: data/results/report-cifar10.
 */
export const reportCifar10 = onCifar10(report, 5, [
  float,
  ...gridOf({ unscaled, channel, learned }),
  ...rowsOf("mlp+mhsa", withoutTensor),
  ...[float, ...rowsOf("conv", { unscaled, channel, learned })].map((row) => ({
    ...row,
    component: row === float ? "conv-stem" : `conv-stem+${row.component}`,
    model: { stem: "conv" } as const,
  })),
]);
