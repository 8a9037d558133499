import type { StudyInput } from "../study-config";
import { float } from "./components";
import { onFewOfCifar10 } from "./on-cifar10";

type Model = NonNullable<StudyInput["rows"][number]["model"]>;

/** A 1-bit model of each width, and the sizes of a float one whose packed bytes are as many. */
const rowsOf = (embedDim: number, ofEqualBytes: readonly Model[]): StudyInput["rows"] => [
  float,
  ...ofEqualBytes.flatMap((model, i) => {
    const component = `width-${i + 1}`;
    const wide = { embedDim: embedDim * (i + 1), mlpDim: 2 * embedDim * (i + 1) };
    return [
      { component, scale: "channel", binarize: { mlp: "channel", mhsa: "channel" } as const, model: wide },
      { component, scale: "float", binarize: {}, model },
    ];
  }),
];

/**
 * What a byte is better spent on: 1-bit models (MLP and MHSA, W1A1, channel scale) of one, two and three times the width,
 * each beside a float one that is narrow enough to have as many bytes, on 8×8 digits. Recorded results:
 * data/results/width.
 */
export const width: StudyInput = {
  name: "width",
  extends: "digits",
  rows: rowsOf(64, [
    { embedDim: 16, mlpDim: 44 }, // 44 kB
    { embedDim: 28, mlpDim: 68 }, // 120 kB
    { embedDim: 40, mlpDim: 90 }, // 230 kB
  ]),
};

/** The same on 10,000 photographs, for five epochs. Recorded results: data/results/width-cifar10. */
export const widthCifar10 = onFewOfCifar10(
  width,
  rowsOf(128, [
    { embedDim: 32, mlpDim: 80 }, // 168 kB
    { embedDim: 56, mlpDim: 128 }, // 466 kB
    { embedDim: 80, mlpDim: 170 }, // 896 kB
  ]),
);
