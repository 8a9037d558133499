import type { Dataset } from "../data/dataset";
import { calibration } from "../diagnose/calibration";
import type { DiagnosticName } from "../diagnose/names";
import { residualBypass } from "../diagnose/residual-bypass";
import { scaleErrors } from "../diagnose/scale-errors";
import { splitLogits } from "../diagnose/split-logits";
import { bypassedBranches } from "../plot/bypassed-branches";
import type { Figure } from "../plot/figure";
import { reliability } from "../plot/reliability";
import { scaleErrorByLayer } from "../plot/scale-error-by-layer";
import { trainingCurves } from "../plot/training-curves";
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

function bypass(subjects: readonly Subject[]): Diagnosis {
  const models = subjects.map(({ name, record, parameters, dataset }) => ({
    name,
    ...residualBypass(record.config.model, parameters, dataset, dataset.test),
  }));
  const titles = ["left out", ...models.map(({ name }) => name), ...models.map(({ name }) => `${name}, points lost`)];
  const names = [...new Set(models.flatMap((model) => model.branches.map(({ branch }) => branch)))];
  const cells = names.map((name) => {
    const found = models.map((model) => model.branches.find(({ branch }) => branch === name));
    const lost = found.map((one) => (one ? (100 * one.lost).toFixed(1).replace("-", "−") : "-"));
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
    percent(confidence - accuracy).replace("-", "−"),
  ]);
  const figure = reliability(models, {
    title: `Is the model as often right as it is sure? ${subjects[0].dataset.name}, ${subjects[0].dataset.test.count} test images`,
    caption: "Below the diagonal it is too sure, above it not sure enough. Dots are as large as their images are many.",
  });
  const table = alignedTable(["run", "calibration error", "confidence", "accuracy", "too sure by"], cells);
  return { text: table, figures: { calibration: figure } };
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
  "residual-bypass": bypass,
  calibration: calibrated,
  "flip-share": flips,
};

const headed = (name: string, table: string): string => `${name}\n${table}`;

/** Where each run has a figure of its own: the first by the diagnostic's name, the other by its number too. */
const fileName = (diagnostic: string, name: string, subjects: readonly Subject[]): string =>
  subjects[0].name === name ? diagnostic : `${diagnostic}-against`;
