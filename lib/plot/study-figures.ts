import { byDataset } from "../study/by-dataset";
import { type PairedDifference, pairedRows } from "../study/paired";
import { rowName } from "../study/row-name";
import { resultRows } from "../study/table";
import type { RunRecord } from "../train/record";
import { accuracyByComponent } from "./accuracy-by-component";
import { accuracyOfSeeds } from "./accuracy-of-seeds";
import { accuracyOverTime } from "./accuracy-over-time";
import type { AccuracyRow } from "./accuracy-row";
import { accuracyTable } from "./accuracy-table";
import { type BytesRow, bytesAgainstAccuracy } from "./bytes-against-accuracy";
import type { Figure, Size } from "./figure";
import { distinct } from "./inputs";
import { pairedDifferences } from "./paired-differences";
import {
  exceptions,
  firstUpper,
  floatsOfGroups,
  linesOf,
  lossesOf,
  machines,
  over,
  trainedOn,
  unscaledGap,
} from "./study-captions";
import { trainingCurves } from "./training-curves";
import { trainingSpeed } from "./training-speed";

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

/** What the figures of a study on one data set are drawn from. */
interface Study {
  readonly records: readonly RunRecord[];
  readonly rows: readonly (AccuracyRow & BytesRow)[];
  readonly differences: readonly PairedDifference[];
  readonly dataset: string;
  /** How many seeds there are at most. */
  readonly seeds: number;
  /** How captions say how many a row has: `10 seeds`, or `1 to 3 seeds` where rows differ. */
  readonly counted: string;
}

type Draw = (study: Study, size: Size) => Figure | undefined;

/** Each figure by the name of its file; undefined where a study has not what it shows. */
const drawings = {
  "accuracy-by-component": ({ rows, dataset, counted }, size) =>
    accuracyByComponent(
      rows,
      {
        title: `Test accuracy on ${dataset} by binarized component and scale`,
        caption: firstUpper(`${unscaledGap(rows)}${over(counted)}.`),
      },
      size,
    ),
  "accuracy-of-seeds": ({ rows, dataset, seeds }, size) =>
    seeds < 2
      ? undefined
      : accuracyOfSeeds(
          rows,
          {
            title: `Test accuracy of every seed on ${dataset}`,
            caption: `Small dots are seeds, the marker is their mean, the bar its 95% interval; tests pair the seeds.${exceptions(rows)}`,
          },
          size,
        ),
  "accuracy-table": ({ rows, dataset, seeds, counted }, size) => {
    const float = rows.find((row) => row.component === "float");
    const ofScale = ({ scale }: AccuracyRow) => rows.filter((row) => row.scale === scale).length;
    // A lone float model with a component's name, such as one behind another stem, has nothing in bits.
    const isFloat = (row: AccuracyRow) => row.scale === "float" && ofScale(row) === 1;
    const cells = rows.filter((row) => row !== float && row.component !== row.scale && !isFloat(row));
    if (distinct(cells.map((row) => row.component)).length < 2) return undefined;
    if (distinct(cells.map((row) => row.scale)).length < 2) return undefined;
    const beside = float ? ` The float model reaches ${(100 * float.mean).toFixed(1)}.` : "";
    return accuracyTable(
      cells,
      {
        title: `Mean test accuracy on ${dataset}, %`,
        caption: `Lighter is better: ${seeds === 1 ? "one seed" : `means over ${counted}`}.${beside}`,
      },
      size,
    );
  },
  "paired-differences": ({ differences, records, dataset }, size) =>
    differences.length === 0
      ? undefined
      : pairedDifferences(
          differences,
          {
            title: `Differences of test accuracy on ${dataset}, seed by seed`,
            caption:
              "Bars are 95% intervals of the mean difference; one that reaches over the line at 0 is no difference that these seeds see, and its marker is open.",
          },
          size,
          distinct(records.map(({ name }) => rowName(name).scale)),
        ),
  "training-curves": ({ records, dataset, counted }, size) =>
    trainingCurves(
      records,
      "accuracy",
      {
        title: `Accuracy over the epochs on ${dataset}`,
        caption: `Validation solid, training dotted: ${linesOf(counted)}.${floatsOfGroups(records)}`,
      },
      size,
    ),
  "training-loss": ({ records, dataset, counted }, size) =>
    trainingCurves(
      records,
      "loss",
      {
        title: `Loss over the epochs on ${dataset}`,
        caption: `${lossesOf(records, counted)}${floatsOfGroups(records)}`,
      },
      size,
    ),
  "flip-share": ({ records, dataset, counted }, size) => {
    const binarized = records.filter((record) => record.curve.some((epoch) => epoch.flipShare > 0));
    if (binarized.length === 0) return undefined;
    const heading = {
      title: `Binary weights that changed sign on ${dataset}, per epoch`,
      caption: `Signs at the end of each epoch against those at its start: ${linesOf(counted)}.`,
    };
    return trainingCurves(binarized, "flipShare", heading, size);
  },
  "accuracy-over-time": ({ records, dataset, seeds, counted }, size) =>
    !areTimed(records)
      ? undefined
      : accuracyOverTime(
          records,
          {
            title: `Validation accuracy over the time of training on ${dataset}`,
            caption: `${seeds === 1 ? "One seed" : `Means over ${counted}`}, ${machines(records)}; validation is not counted.`,
          },
          size,
        ),
  "training-speed": ({ records, dataset, counted }, size) =>
    !areTimed(records)
      ? undefined
      : trainingSpeed(
          records,
          {
            title: `Images a second in training on ${dataset}`,
            caption: `Medians over the epochs: ${over(counted)}. Measured ${machines(records)}, other programs beside it included.`,
          },
          size,
        ),
  "bytes-against-accuracy": ({ rows, dataset, counted }, size) =>
    bytesAgainstAccuracy(
      rows,
      {
        title: `Packed size against test accuracy on ${dataset}`,
        caption: `Left and high is good${rows.some(({ component }) => component === "float") ? "; the dashed line is the float model's accuracy" : ""}. ${firstUpper(over(counted))}.`,
      },
      size,
    ),
} satisfies Record<string, Draw>;

/** Names of all figures that a study may have. */
export const figureNames: readonly string[] = Object.keys(drawings);

/**
 * Every figure of a study, by the name of its file. With several data sets, each has its figures: `training-loss-shapes`.
 *
 * @param runs - finished ones
 * @param size - of each figure; by default each has its own
 * @returns those that the study has the data for
 */
export function studyFigures(runs: readonly RunRecord[], size: Size = {}): Record<string, Figure> {
  const studies = byDataset(runs);
  return Object.fromEntries(
    [...studies].flatMap(([dataset, own]) => {
      const study = studyOf(dataset, own);
      return Object.entries<Draw>(drawings).flatMap(([name, draw]): [string, Figure][] => {
        const drawn = draw(study, size);
        return drawn ? [[studies.size > 1 ? `${name}-${dataset}` : name, drawn]] : [];
      });
    }),
  );
}

function studyOf(dataset: string, records: readonly RunRecord[]): Study {
  const rows = plotRows(records);
  const counts = rows.map(({ values }) => values.length);
  const [least, seeds] = [Math.min(...counts), Math.max(...counts)];
  const counted = seeds === 1 ? "one seed" : `${least < seeds ? `${least} to ` : ""}${seeds} seeds`;
  return { records, rows, differences: pairedRows(records), dataset: trainedOn(dataset, records), seeds, counted };
}

const areTimed = (records: readonly RunRecord[]): boolean =>
  records.every(({ curve }) => curve.length > 0 && curve.every((epoch) => epoch.imagesPerSecond > 0));
