import type { Annotations, Data } from "plotly.js";
import { namesParts, rowName } from "../study/row-name";
import type { EpochRecord } from "../train/record";
import type { Figure } from "./figure";
import { type Heading, ink } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, transparent } from "./palette";
import { type Panel, panelAxes, panelGrid, panelTitle } from "./panels";
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

/**
 * Training curves: validation solid, training dotted; the mean over the seeds bold, each seed thin.
 *
 * Where the names are of several components (`mlp/channel`, `mhsa/channel`, …), each component has its own panel, and
 * names without a component (`float`) are drawn in every panel to compare with.
 *
 * @param runs - curves with names and seeds; accuracies and shares as fractions 0 … 1
 * @param metric - what to draw
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no runs
 */
export function trainingCurves(runs: readonly CurveRun[], metric: CurveMetric, heading: Heading = {}): Figure {
  requireRows(runs, "trainingCurves", "run");
  const components = distinct(runs.flatMap((run) => (namesParts(run.name) ? rowName(run.name).component : [])));
  const inPanels = components.length > 1;
  const labelOf = (name: string) => (inPanels ? rowName(name).scale : name);
  const names = distinct(runs.map((run) => run.name));
  const colors = colorsOf(distinct(names.map((name) => rowName(name).scale)));

  const columns = inPanels ? Math.min(3, components.length) : 1;
  const panels = panelGrid(inPanels ? components.length : 1, columns, { x: 0.03, y: 0.12 });
  const shown = new Set<string>();
  const data: Data[] = panels.flatMap((panel, i) =>
    names
      .filter((name) => !inPanels || !namesParts(name) || rowName(name).component === components[i])
      .flatMap((name) => {
        const label = labelOf(name);
        const isFirst = !shown.has(label);
        shown.add(label);
        const curves = runs.filter((run) => run.name === name).map((run) => run.curve);
        return tracesOf(curves, quantities[metric], { label, isFirst, color: colors.get(rowName(name).scale)!, panel });
      }),
  );
  data.push(...keys(quantities[metric].train !== undefined, runs.length > names.length));
  return figure(data, layoutOf(panels, inPanels ? components : [], metric, names.length), heading);
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

function layoutOf(
  panels: readonly Panel[],
  titles: readonly string[],
  metric: CurveMetric,
  names: number,
): PanelLayout {
  const rows = panels.filter((panel) => panel.isLeft).length;
  const annotations: Partial<Annotations>[] = titles.map((title, i) => panelTitle(panels[i], `<b>${plain(title)}</b>`));
  const axes: PanelLayout = {};
  for (const [i, panel] of panels.entries()) {
    const follows = (axis: "x" | "y") => (i === 0 ? {} : { matches: axis });
    Object.assign(
      axes,
      panelAxes(
        panel,
        { ...follows("x"), showticklabels: panel.isBottom, ...(panel.isBottom ? { title: axisTitle("epoch") } : {}) },
        {
          ...follows("y"),
          showticklabels: panel.isLeft,
          ...(panel.isLeft ? { title: axisTitle(quantities[metric].title) } : {}),
          ...(metric === "learningRate" ? { exponentformat: "power" } : {}),
        },
      ),
    );
  }
  const inRow = titles.length > 0 || names <= 4;
  return {
    ...axes,
    annotations,
    height: rows > 1 ? 310 * rows : Math.max(470, inRow ? 0 : 90 + 27 * (names + 2)),
    showlegend: true,
    ...(inRow ? { margin: { t: titles.length > 0 ? 26 : 0 } } : { legend: { x: 1.02, y: 1, tracegroupgap: 0 } }),
  };
}
