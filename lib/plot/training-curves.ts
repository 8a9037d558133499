import type { Annotations, Data, LayoutAxis } from "plotly.js";
import { namesParts, rowName } from "../study/row-name";
import type { EpochRecord } from "../train/record";
import { curvePanels, type PanelContent, placeOf } from "./curve-panels";
import type { Figure, Size } from "./figure";
import { type Heading, ink } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, transparent } from "./palette";
import { type Panel, panelAxes, panelTitle } from "./panels";
import { plain } from "./plain-text";
import { axisTitle, figure, type PanelLayout } from "./theme";

/** One run's curve; `RunRecord`s will do. */
export interface CurveRun {
  /** `component/scale`, or a plain name such as `float`. */
  readonly name: string;
  readonly seed: number;
  readonly curve: readonly EpochRecord[];
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
 * name has a panel.
 *
 * @param runs - curves with names and seeds; accuracies and shares as fractions 0 … 1
 * @param metric - what to draw
 * @param heading - title and caption
 * @param form - size of the whole figure, and what else differs
 * @returns the figure
 * @throws ConfigError if there are no runs
 */
export function trainingCurves(
  runs: readonly CurveRun[],
  metric: CurveMetric,
  heading: Heading = {},
  form: CurveForm = {},
): Figure {
  requireRows(runs, "trainingCurves", "run");
  const { contents, isSmall } = curvePanels(distinct(runs.map((run) => run.name)));
  const inPanels = contents.length > 1;
  const labelOf = (name: string) => (inPanels ? rowName(name).scale : name);
  const names = distinct(runs.map((run) => run.name));
  const colors = colorsOf(distinct(names.map((name) => rowName(name).scale)));

  const place = placeOf({ contents, isSmall }, names.length, heading, form);
  const { panels, width, height } = place;
  const quantity = quantities[metric];
  const drawn = form.meansOnly ? { ...quantity, train: undefined } : quantity;
  const shown = new Set<string>();
  const data: Data[] = panels.flatMap((panel, i) =>
    contents[i].names.flatMap((name) => {
      const label = labelOf(name);
      const isFirst = !shown.has(label) && (!isSmall || !namesParts(name)); // small panels are named by their titles
      shown.add(label);
      const all = runs.filter((run) => run.name === name).map((run) => run.curve);
      const curves = form.meansOnly ? [meanCurve(all)] : all;
      return tracesOf(curves, drawn, { label, isFirst, color: colors.get(rowName(name).scale)!, panel });
    }),
  );
  data.push(...keys(drawn.train !== undefined, !form.meansOnly && runs.length > names.length));
  const layout = layoutOf(panels, contents, {
    metric,
    x: (isSmall && form.shortX) || (form.x ?? "epoch"),
    logX: form.logX,
    names: names.length,
    isSmall,
  });
  const made = figure(data, { ...layout, width, height }, heading);
  return { ...made, leastHeight: (made.layout.height ?? 0) + place.missing };
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

interface Look {
  readonly label: string;
  readonly color: string;
  /** The legend has one entry a label, from its first panel. */
  readonly isFirst: boolean;
  readonly panel: Panel;
}

function tracesOf(curves: readonly (readonly EpochRecord[])[], quantity: Quantity, look: Look): Data[] {
  const { label, color, isFirst, panel } = look;
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
    trace(meanOf(quantity.validation), { color, width: 2.75 }, { showlegend: isFirst }),
  ];
}

const decades: Partial<LayoutAxis> = { type: "log", tickvals: Array.from({ length: 9 }, (_, i) => 10 ** i) };

function layoutOf(
  panels: readonly Panel[],
  contents: readonly PanelContent[],
  {
    metric,
    x,
    logX,
    names,
    isSmall,
  }: {
    readonly metric: CurveMetric;
    readonly x: string;
    readonly logX?: boolean;
    readonly names: number;
    readonly isSmall: boolean;
  },
): PanelLayout {
  const inPanels = contents.length > 1;
  const annotations: Partial<Annotations>[] = inPanels
    ? panels.map((panel, i) => panelTitle(panel, contents[i].title))
    : [];
  const axes: PanelLayout = {};
  const left = panels.filter((panel) => panel.isLeft);
  const middle = left[(left.length - 1) >> 1]; // low rows share one title, which is longer than they are
  for (const [i, panel] of panels.entries()) {
    const follows = (axis: "x" | "y") => (i === 0 ? {} : { matches: axis });
    Object.assign(
      axes,
      panelAxes(
        panel,
        {
          ...follows("x"),
          ...(logX ? decades : {}),
          showticklabels: panel.isBottom,
          ...(panel.isBottom ? { title: axisTitle(plain(x)) } : {}),
        },
        {
          ...follows("y"),
          showticklabels: panel.isLeft,
          ...(panel.isLeft && (!isSmall || panel === middle) ? { title: axisTitle(quantities[metric].title) } : {}),
          ...(metric === "learningRate" ? { exponentformat: "power" } : {}),
        },
      ),
    );
  }
  const inRow = inPanels || names <= 4;
  const twoLines = contents.some(({ title }) => title.includes("<br>"));
  return {
    ...axes,
    annotations,
    showlegend: true,
    ...(inRow
      ? { margin: { t: inPanels ? (twoLines ? 44 : 26) : 0 } }
      : { legend: { x: 1.02, y: 1, tracegroupgap: 0 } }),
  };
}
