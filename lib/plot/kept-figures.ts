/** Figures that are kept, and the records that they are drawn from. */
export interface KeptFigures {
  /** Within `figures/`; of a study also its name. */
  readonly folder: string;
  /** What was looked at, in a sentence. */
  readonly about: string;
  /** A folder of runs' records, or a diagnosis; from the kit's root. */
  readonly records: string;
  /** Commands that make the records, where they are not one study's. */
  readonly madeBy?: readonly string[];
  /** Names of the figures that are kept as SVG and PNG: those that are read at a glance. */
  readonly figures: readonly string[];
  /** Of those that are kept as SVG alone: with many curves or rows a PNG has up to half a megabyte. */
  readonly asSvg: readonly string[];
}

type Names = readonly string[];

const study = (folder: string, about: string, figures: Names, asSvg: Names = []): KeptFigures => ({
  ...{ folder, about, figures, asSvg },
  records: `data/results/${folder}`,
});

/** Those that do not learn from all of CIFAR-10. */
const onFew = ["straight-through", "scale-gradient", "width"];

/** A study that is there on digits and on photographs. */
const twice = (name: string, about: string, figures: Names, asSvg: Names = []): KeptFigures[] => [
  study(name, `${about}, on digits.`, figures, asSvg),
  study(`${name}-cifar10`, `${about}, on ${onFew.includes(name) ? "10,000 images of " : ""}CIFAR-10.`, figures, asSvg),
];

/**
 * All that `binvit figures` draws where it is not told what of. A study or a diagnosis is added here; one of which there
 * are no records yet is left out, and said so. Of studies with many rows only those figures are kept in which names and
 * markers can still be told apart.
 */
export const keptFigures: readonly KeptFigures[] = [
  study(
    "quick",
    "The report's comparison in short: parts in bits, with a scale and without, on digits.",
    ["accuracy-by-component", "accuracy-of-seeds", "accuracy-table", "paired-differences", "bytes-against-accuracy"],
    ["training-curves", "training-loss", "flip-share", "accuracy-over-time", "training-speed"],
  ),
  ...twice(
    "report",
    "The report's comparison in full: parts in bits, ways to scale them, 1-bit and float inputs",
    ["accuracy-table"],
    ["accuracy-of-seeds", "paired-differences"],
  ),
  study(
    "methods",
    "Published ways to binarize, at equal budget, on digits.",
    ["accuracy-of-seeds"],
    ["paired-differences", "training-curves", "flip-share"],
  ),
  study(
    "methods-cifar10",
    "Published ways to binarize, at equal budget, on 10,000 images of CIFAR-10, one seed.",
    ["accuracy-by-component"],
    ["training-curves", "flip-share"],
  ),
  study(
    "stems",
    "A patch embedding beside a stem of 3×3 convolutions, each with itself or everything in bits, on digits.",
    ["accuracy-of-seeds"],
    ["paired-differences", "training-curves"],
  ),
  ...twice(
    "straight-through",
    "What a sign pretends to be in the backward pass, for inputs or for weights",
    ["accuracy-of-seeds"],
    ["training-curves", "flip-share"],
  ),
  ...twice(
    "scale-gradient",
    "What gradient a scale has: the product's, none, or that of a parameter",
    ["accuracy-of-seeds"],
    ["training-curves", "flip-share"],
  ),
  ...twice(
    "width",
    "1-bit models of one to three times the width, beside float ones of as many bytes",
    ["bytes-against-accuracy"],
    ["accuracy-of-seeds", "training-curves"],
  ),
  ...twice("best-1-bit", "From float to one bit throughout, step by step", ["accuracy-of-seeds"], ["training-curves"]),
  study(
    "recipe-cifar10",
    "What a model of one bit throughout learns photographs better by, a change a row, on 10,000 images of CIFAR-10.",
    ["accuracy-of-seeds"],
    ["training-curves", "flip-share"],
  ),
  {
    folder: "diagnosis-digits",
    about: "A float model and one with MLP and MHSA in bits (W1A1, a scale a channel), looked into side by side.",
    records: "data/diagnoses/digits.json",
    madeBy: [
      "npx binvit train digits --out runs/float",
      "npx binvit train digits --set model.binarize.mlp=channel --set model.binarize.mhsa=channel --out runs/binary",
      "npx binvit diagnose runs/binary --against runs/float --json data/diagnoses/digits.json",
    ],
    figures: ["attention-entropy", "attention-maps", "residual-bypass", "calibration", "loss-slice"],
    asSvg: ["scale-error", "gradient-mismatch", "flip-share"],
  },
];
