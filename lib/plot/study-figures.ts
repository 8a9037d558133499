import { tellApart } from "../study/configurations";
import { resultRows } from "../study/table";
import type { RunRecord } from "../train/record";
import { type AccuracyRow, accuracyByComponent } from "./accuracy-by-component";
import { type BytesRow, bytesAgainstAccuracy } from "./bytes-against-accuracy";
import type { Figure } from "./figure";
import { trainingCurves } from "./training-curves";

/**
 * A study's records as the rows that `accuracyByComponent` and `bytesAgainstAccuracy` draw.
 *
 * @param records - finished runs
 * @returns one row a configuration; accuracies as fractions, intervals cut at 0 and 1
 */
export function plotRows(records: readonly RunRecord[]): (AccuracyRow & BytesRow)[] {
  return resultRows(records).map(({ accuracy, ...row }) => ({
    ...row,
    mean: accuracy.mean,
    low: Math.max(0, accuracy.low),
    high: Math.min(1, accuracy.high),
  }));
}

/**
 * Every figure of a study, by the name of its file.
 *
 * @param runs - finished ones
 */
export function studyFigures(runs: readonly RunRecord[]): Record<string, Figure> {
  const { records } = tellApart(runs);
  const rows = plotRows(records);
  const seeds = new Set(records.map((record) => record.seed)).size;
  const over = seeds === 1 ? "one seed" : `${seeds} seeds, bars are 95% intervals of the mean`;
  const binarized = records.filter((record) => record.curve.some((epoch) => epoch.flipShare > 0));
  const dataset = records[0].dataset.name;
  return {
    "accuracy-by-component": accuracyByComponent(rows, {
      title: `Test accuracy on ${dataset} by binarized component and scale`,
      caption: `Look at the gap between unscaled and scaled in each column: ${over}.`,
    }),
    "training-curves": trainingCurves(records, "accuracy", {
      title: `Accuracy over the epochs on ${dataset}`,
      caption: `Validation solid, training dotted: ${seeds === 1 ? "one seed" : `${seeds} seeds thin, their mean bold`}.`,
    }),
    "training-loss": trainingCurves(records, "loss", {
      title: `Loss over the epochs on ${dataset}`,
      caption: "Validation solid, training dotted.",
    }),
    ...(binarized.length > 0 && {
      "flip-share": trainingCurves(binarized, "flipShare", {
        title: "Binary weights that changed sign, per epoch",
        caption: "As the learning rate falls, the signs freeze.",
      }),
    }),
    "bytes-against-accuracy": bytesAgainstAccuracy(rows, {
      title: `Model file against test accuracy on ${dataset}`,
      caption: "Left and high is good; the dashed line is the float model's accuracy.",
    }),
  };
}
