import type { Data } from "plotly.js";
import { namesParts } from "../study/row-name";
import { otherLoss, type Trained } from "../train/other-loss";
import type { EpochRecord } from "../train/record";
import { afterOrigins, type ContinuedCurve } from "./after-origins";
import { curveAxes } from "./curve-axes";
import { type CurveLook, curveLooks } from "./curve-looks";
import { curvePanels } from "./curve-panels";
import type { Figure, Size } from "./figure";
import { type Heading, ink } from "./heading";
import { distinct, requireRows } from "./inputs";
import { transparent } from "./palette";
import { roomFor } from "./panel-room";
import type { Panel } from "./panels";
import { plain } from "./plain-text";
import { figure } from "./theme";

/** One run's curve; `RunRecord`s will do. */
export interface CurveRun extends ContinuedCurve, Trained {
  /** `component/scale`, or a plain name such as `float`. */
  readonly name: string;
  readonly seed: number;
}

/** What is drawn over the epochs. */
export type CurveMetric = "loss" | "accuracy" | "learningRate" | "flipShare";

interface Quantity {
  readonly title: string;
  readonly validation: (epoch: EpochRecord) => number;
  readonly train?: (epoch: EpochRecord) => number;
}

const quantities: Readonly<Record<CurveMetric, Quantity>> = {
  loss: { title: "cross entropy, nats", validation: (e) => e.validationLoss, train: (e) => e.trainLoss },
  accuracy: {
    title: "accuracy, %",
    validation: (e) => 100 * e.validationAccuracy,
    train: (e) => 100 * e.trainAccuracy,
  },
  learningRate: { title: "learning rate", validation: (e) => e.learningRate },
  flipShare: { title: "signs flipped, %", validation: (e) => 100 * e.flipShare },
};

/** How curves are drawn, where not as over epochs. */
export interface CurveForm extends Size {
  /** What `epoch` of the curves measures, with its unit; "epoch" by default. */
  readonly x?: string;
  /** The same for panels that are too narrow for it. */
  readonly shortX?: string;
  /** Powers of ten, where some curves are much longer than others. */
  readonly logX?: boolean;
  /** Means of the validation alone, without seeds and training. */
  readonly meansOnly?: boolean;
}

/**
 * Training curves: validation solid, training dotted; the mean over the seeds bold, each seed thin.
 *
 * Where the names are of several components (`mlp/channel`, `mhsa/channel`, …), each component has its own panel, and
 * names without a component (`float`) are drawn in every panel to compare with. Where a component has more than six, each
 * name has a panel. Of runs that minimized something else than the cross entropy of the labels as they are, the
 * loss has no training curve. Runs that began from the weights of others are drawn behind them.
 *
 * @param given - curves with names and seeds; accuracies and shares as fractions 0 … 1
 * @param metric - what to draw
 * @param heading - title and caption
 * @param form - size of the whole figure, and what else differs
 * @returns the figure
 * @throws ConfigError if there are no runs
 */
export function trainingCurves(
  given: readonly CurveRun[],
  metric: CurveMetric,
  heading: Heading = {},
  form: CurveForm = {},
): Figure {
  requireRows(given, "trainingCurves", "run");
  const runs = afterOrigins(given);
  const names = distinct(runs.map((run) => run.name));
  const grid = curvePanels(names);
  const { contents, isSmall } = grid;
  const looks = curveLooks(names, contents.length > 1);
  const quantity = quantities[metric];
  const others = new Set(runs.flatMap((run) => (otherLoss(run) ? run.name : [])));
  const hasTrain = (name: string) =>
    !form.meansOnly && quantity.train !== undefined && !(metric === "loss" && others.has(name));
  const inLegend = names.filter((name) => !isSmall || !namesParts(name)); // small panels are named by their titles
  const hints = keys(names.some(hasTrain), !form.meansOnly && runs.length > names.length);

  const around = {
    ...{ heading, yTitle: quantity.title, hasLegendRow: contents.length > 1 || names.length <= 4 },
    legend: [...distinct(inLegend.map((name) => looks.get(name)!.label)), ...hints.map(({ name }) => name!)],
  };
  const room = roomFor(grid, around, form);
  const shown = new Set<string>();
  const data: Data[] = room.panels.flatMap((panel, i) =>
    contents[i].names.flatMap((name) => {
      const look = looks.get(name)!;
      const isFirst = !shown.has(look.label) && inLegend.includes(name);
      shown.add(look.label);
      const all = runs.filter((run) => run.name === name).map((run) => run.curve);
      const drawn = hasTrain(name) ? quantity : { ...quantity, train: undefined };
      return tracesOf(form.meansOnly ? [meanCurve(all)] : all, drawn, { ...look, isFirst, panel });
    }),
  );
  const epochs = Math.max(...runs.map(({ curve }) => curve.at(-1)?.epoch ?? 0));
  const layout = curveAxes(room, contents, { ...form, ...around, epochs, isPower: metric === "learningRate" });
  const made = figure([...data, ...hints], { ...layout, width: room.width, height: room.height }, heading);
  return { ...made, leastHeight: (made.layout.height ?? 0) + room.missing, leastWidth: room.leastWidth };
}

/** The mean of several curves, epoch by epoch, as far as all of them came. */
function meanCurve(curves: readonly (readonly EpochRecord[])[]): EpochRecord[] {
  const shortest = curves.reduce((least, curve) => (curve.length < least.length ? curve : least));
  return shortest.map((epoch, i) => {
    const meanOf = (key: string) =>
      curves.reduce((sum, curve) => sum + curve[i][key as keyof EpochRecord], 0) / curves.length;
    return Object.fromEntries(Object.keys(epoch).map((key) => [key, meanOf(key)])) as unknown as EpochRecord;
  });
}

/** Legend entries for the kinds of line; they draw nothing. */
function keys(hasTrain: boolean, hasSeeds: boolean): Data[] {
  const key = (name: string, line: object): Data => ({
    type: "scatter",
    mode: "lines",
    name,
    x: [null],
    y: [null],
    line: { color: ink.muted, ...line },
    hoverinfo: "skip",
  });
  return [
    ...(hasTrain ? [key("training", { width: 1.75, dash: "dot" })] : []),
    ...(hasSeeds ? [key("one seed", { width: 1 })] : []),
  ];
}

interface TraceLook extends CurveLook {
  /** The legend has one entry a label, from its first panel. */
  readonly isFirst: boolean;
  readonly panel: Panel;
}

function tracesOf(curves: readonly (readonly EpochRecord[])[], quantity: Quantity, look: TraceLook): Data[] {
  const { label, color, dash, isFirst, panel } = look;
  // Only the epochs every seed has reached: a mean over fewer seeds would jump.
  const epochs = curves.reduce((shortest, curve) => (curve.length < shortest.length ? curve : shortest));
  const meanOf = (value: (epoch: EpochRecord) => number) =>
    epochs.map((_, i) => curves.reduce((sum, curve) => sum + value(curve[i]), 0) / curves.length);
  const trace = (y: number[], line: object, rest: object = {}): Data => ({
    type: "scatter",
    mode: epochs.length === 1 ? "markers" : "lines",
    name: plain(label),
    legendgroup: label,
    showlegend: false,
    x: epochs.slice(0, y.length).map((epoch) => epoch.epoch),
    y,
    line,
    marker: { color },
    xaxis: panel.x,
    yaxis: panel.y,
    ...rest,
  });
  const seeds = curves.length < 2 ? [] : curves;
  const mean = { color, width: 2.75, ...(dash === "solid" ? {} : { dash }) };
  return [
    ...seeds.map((curve) =>
      trace(
        curve.slice(0, epochs.length).map(quantity.validation),
        { color: transparent(color, 0.35), width: 1 },
        { hoverinfo: "skip" },
      ),
    ),
    ...(quantity.train
      ? [trace(meanOf(quantity.train), { color, width: 1.75, dash: "dot" }, { name: plain(`${label}, train`) })]
      : []),
    trace(meanOf(quantity.validation), mean, { showlegend: isFirst }),
  ];
}
