import { type SlopeName, slopes } from "../binarize/slopes/index";
import { batches } from "../data/batches";
import type { Dataset, Split } from "../data/dataset";
import { firstImages } from "../data/stratify";
import { attentionEntropy } from "../diagnose/attention-entropy";
import { calibration } from "../diagnose/calibration";
import { gradientMismatch } from "../diagnose/gradient-mismatch";
import { lossSlice } from "../diagnose/loss-slice";
import type { DiagnosticName } from "../diagnose/names";
import { residualBypass } from "../diagnose/residual-bypass";
import { scaleErrors } from "../diagnose/scale-errors";
import { slopeMismatch } from "../diagnose/slope-mismatch";
import { splitLogits } from "../diagnose/split-logits";
import { bypassedBranches } from "../plot/bypassed-branches";
import type { Figure } from "../plot/figure";
import { headsEntropy } from "../plot/heads-entropy";
import { lines } from "../plot/lines";
import { reliability } from "../plot/reliability";
import { scaleErrorByLayer } from "../plot/scale-error-by-layer";
import { slopeCorrelations } from "../plot/slope-correlations";
import { trainingCurves } from "../plot/training-curves";
import { latentWeights } from "../train/latent";
import type { RunRecord } from "../train/record";
import type { ParameterArrays, Parameters } from "../vit/parameters";
import { alignedTable } from "./terminal";

/** A finished run, and what it is looked at with. */
export interface Subject {
  /** Tells it from the other one. */
  readonly name: string;
  readonly record: RunRecord;
  readonly weights: ParameterArrays;
  readonly parameters: Parameters;
  readonly dataset: Dataset;
}

/** What a diagnostic found. */
export interface Diagnosis {
  /** For the terminal: a table, or why there is none. */
  readonly text: string;
  /** By the name of its file. */
  readonly figures: Readonly<Record<string, Figure>>;
}

type Diagnostic = (subjects: readonly Subject[]) => Diagnosis;

const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;

const signed = (number: string): string => number.replace("-", "−");

const decimals = (value: number): string => value.toFixed(3);

function scaleError(subjects: readonly Subject[]): Diagnosis {
  const figures: Record<string, Figure> = {};
  const texts = subjects.map(({ name, record, weights }) => {
    const rows = scaleErrors(record.config.model, weights);
    if (rows.length === 0) return `${name} has no binarized weights.`;
    figures[fileName("scale-error", name, subjects)] = scaleErrorByLayer(rows, {
      title: `What binary weights are off by, layer by layer: ${name}`,
      caption:
        "A dot within its ring: the model's α is the best that there is for its signs. What is left is the price of one bit.",
    });
    const cells = rows.map(({ layer, own, best, one }) => [layer, ...[own, best, one].map(decimals)]);
    return headed(name, alignedTable(["layer", "own α", "best α", "α = 1"], cells));
  });
  return { text: texts.join("\n\n"), figures };
}

/** Test images that attention is looked at on. */
const entropyImages = 256;

function entropy(subjects: readonly Subject[]): Diagnosis {
  const models = subjects.map(({ name, record, parameters, dataset }) => ({
    name,
    ...attentionEntropy(record.config.model, parameters, dataset, upTo(dataset.test, entropyImages)),
  }));
  const cells = models.flatMap(({ name, entropy, most }) =>
    entropy.map((heads, block) => {
      const all = mean(heads);
      return [
        name,
        `${block + 1}`,
        ...[all, Math.min(...heads), Math.max(...heads)].map(decimals),
        percent(all / most),
      ];
    }),
  );
  const figure = headsEntropy(models, {
    title: `How widely heads look, on ${subjects[0].dataset.name}`,
    caption: "At the dashed line a head looks at all tokens alike, at 0 every token looks at one alone.",
  });
  const titles = ["run", "block", "mean of heads, nats", "lowest head", "highest head", "share of ln N"];
  return { text: alignedTable(titles, cells), figures: { "attention-entropy": figure } };
}

/** Training images of the one batch that gradients are looked at on. */
const mismatchImages = 64;

function mismatch(subjects: readonly Subject[]): Diagnosis {
  const figures: Record<string, Figure> = {};
  const texts = subjects.map(({ name, record, weights, dataset }) => {
    const split = upTo(dataset.train, mismatchImages);
    const [batch] = batches(dataset, split, { batchSize: split.count });
    const rows = gradientMismatch(record.config.model, weights, batch);
    if (rows.length === 0) return `${name} has no binarized weights.`;
    const { chance, correlations } = rows[0];
    figures[fileName("gradient-mismatch", name, subjects)] = slopeCorrelations(rows, {
      title: `Do straight-through gradients predict the loss? ${name}`,
      caption:
        `Noise on one layer's latent weights flips about ${percent(mean(rows.map(({ flipped }) => flipped)))} of its signs: ` +
        "what the gradient says of it against what the loss does. Within the grey band it may be chance.",
    });
    const forms = Object.keys(correlations);
    const cells = rows.map(({ layer, flipped, ...row }) => [
      layer,
      percent(flipped),
      ...forms.map((slope) => signed(row.correlations[slope].toFixed(2))),
    ]);
    const means = forms.map((slope) => mean(rows.map((row) => row.correlations[slope])).toFixed(2));
    cells.push(["mean", percent(mean(rows.map(({ flipped }) => flipped))), ...means.map(signed)]);
    const byChance = [chance, chance / Math.sqrt(rows.length)].map((deviation) => `±${deviation.toFixed(2)}`);
    return (
      `${headed(name, alignedTable(["layer", "flipped", ...forms], cells))}\n` +
      `By chance alone ${byChance[0]} for a layer, ${byChance[1]} for the mean.`
    );
  });
  const shapes = Object.keys(slopes).map((slope) => {
    const { width, cosine } = slopeMismatch(slope as SlopeName);
    return [slope, width.toFixed(2), decimals(cosine)];
  });
  const alone = alignedTable(["slope, at the end", "is that of sign under noise of width", "cosine"], shapes);
  return { text: [...texts, alone].join("\n\n"), figures };
}

function bypass(subjects: readonly Subject[]): Diagnosis {
  const models = subjects.map(({ name, record, parameters, dataset }) => ({
    name,
    ...residualBypass(record.config.model, parameters, dataset, dataset.test),
  }));
  const titles = ["left out", ...models.map(({ name }) => name), ...models.map(({ name }) => `${name}, points lost`)];
  const names = [...new Set(models.flatMap((model) => model.branches.map(({ branch }) => branch)))];
  const cells = names.map((name) => {
    const found = models.map((model) => model.branches.find(({ branch }) => branch === name));
    const lost = found.map((one) => (one ? signed((100 * one.lost).toFixed(1)) : "-"));
    return [name, ...found.map((one) => (one ? percent(one.accuracy) : "-")), ...lost];
  });
  const whole = ["nothing", ...models.map((model) => percent(model.whole.accuracy)), ...models.map(() => "-")];
  const figure = bypassedBranches(models, {
    title: `Test accuracy lost without one branch, on ${subjects[0].dataset.name}`,
    caption:
      "A bar near 0: the residual around this branch does the work, and the model would hardly miss it. Nothing is trained again.",
  });
  return { text: alignedTable(titles, [whole, ...cells]), figures: { "residual-bypass": figure } };
}

function calibrated(subjects: readonly Subject[]): Diagnosis {
  const models = subjects.map(({ name, record, parameters, dataset }) => ({
    name,
    ...calibration(splitLogits(record.config.model, parameters, dataset, dataset.test), dataset.test.labels),
  }));
  const cells = models.map(({ name, error, confidence, accuracy }) => [
    name,
    ...[error, confidence, accuracy].map(percent),
    signed(percent(confidence - accuracy)),
  ]);
  const figure = reliability(models, {
    title: `Is the model as often right as it is sure? ${subjects[0].dataset.name}, ${subjects[0].dataset.test.count} test images`,
    caption: "Below the diagonal it is too sure, above it not sure enough. Dots are as large as their images are many.",
  });
  const table = alignedTable(["run", "calibration error", "confidence", "accuracy", "too sure by"], cells);
  return { text: table, figures: { calibration: figure } };
}

/** Training images that the loss is computed on, at every point. */
const sliceImages = 256;

function slice(subjects: readonly Subject[]): Diagnosis {
  const binarized = [...new Set(subjects.flatMap(({ record }) => latentWeights(record.config.model)))];
  const layers = binarized.length > 0 ? binarized.map((name) => name.replace(/\.[^.]*$/, "")) : undefined;
  const slices = subjects.map(({ name, record, weights, dataset }) => ({
    name,
    ...lossSlice(record.config.model, weights, dataset, upTo(dataset.train, sliceImages), { layers }),
  }));
  const shown = [-1, -0.5, -0.25, -0.1, 0, 0.1, 0.25, 0.5, 1];
  const cells = slices.map(({ name, at, loss }) => [
    name,
    ...shown.map((t) => decimals(loss[at.findIndex((one) => Math.abs(one - t) < 1e-9)])),
  ]);
  const figure = lines(
    slices.map(({ name, at, loss }) => ({ name, x: at, y: loss })),
    { x: "way along a random direction, in lengths of each filter", y: "training loss, nats" },
    {
      title: `A slice of the loss, on ${subjects[0].dataset.name}`,
      caption:
        "The trained model is at 0. Both go along one random direction, scaled to their weights filter by filter; " +
        `${layers ? "only weights that are binarized in one of them move" : "all weights but the head's move"}.`,
    },
  );
  const table = alignedTable(["loss at", ...shown.map((t) => signed(`${t}`))], cells);
  return { text: table, figures: { "loss-slice": figure } };
}

function flips(subjects: readonly Subject[]): Diagnosis {
  const binarized = subjects.filter(({ record }) => record.curve.some(({ flipShare }) => flipShare > 0));
  if (binarized.length === 0) return { text: "No weight changed its sign: nothing is binarized here.", figures: {} };
  const cells = binarized.map(({ name, record: { curve } }) => [
    name,
    ...[curve[0], curve[Math.floor(curve.length / 2)], curve[curve.length - 1]].map(({ flipShare }) =>
      percent(flipShare),
    ),
  ]);
  const runs = binarized.map(({ name, record }) => ({ name, seed: record.seed, curve: record.curve }));
  const figure = trainingCurves(runs, "flipShare", {
    title: "Binary weights that changed sign, per epoch",
    caption: "As the learning rate falls, the signs freeze.",
  });
  return {
    text: alignedTable(["run", "flips, first epoch", "in the middle", "last"], cells),
    figures: { "flip-share": figure },
  };
}

/** What answers to each name. */
export const diagnostics: Readonly<Record<DiagnosticName, Diagnostic>> = {
  "scale-error": scaleError,
  "attention-entropy": entropy,
  "gradient-mismatch": mismatch,
  "residual-bypass": bypass,
  calibration: calibrated,
  "loss-slice": slice,
  "flip-share": flips,
};

/** The first images of a split, or all. */
const upTo = (split: Split, count: number): Split => firstImages(split, Math.min(count, split.count));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const headed = (name: string, table: string): string => `${name}\n${table}`;

/** Where each run has a figure of its own: the first by the diagnostic's name, the other by its number too. */
const fileName = (diagnostic: string, name: string, subjects: readonly Subject[]): string =>
  subjects[0].name === name ? diagnostic : `${diagnostic}-against`;
