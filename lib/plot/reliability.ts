import type { Data } from "plotly.js";
import type { Calibration } from "../diagnose/calibration";
import type { Figure } from "./figure";
import { type Heading, ink } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, transparent } from "./palette";
import { panelAxes, panelGrid } from "./panels";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** One model's reliability. */
export interface CalibratedModel extends Calibration {
  readonly name: string;
}

/** What the panel of accuracies takes of the height; that of the images' shares has the rest. */
const upperShare = 0.64;

/**
 * Reliability diagrams: above the accuracy of the images of each bin of confidence, on the diagonal where a model is as
 * often right as it is sure; below how many images there are in each.
 *
 * @param models - what `calibration` gives, with names
 * @param heading - title and caption
 * @returns the figure, in percent
 * @throws ConfigError if there are no models
 */
export function reliability(models: readonly CalibratedModel[], heading: Heading = {}): Figure {
  requireRows(models, "reliability", "model");
  const [upper, lower] = panelGrid(2, 1, { x: 0, y: 0 });
  const colors = colorsOf(distinct(models.map((model) => model.name)));
  const diagonal: Data = {
    type: "scatter",
    mode: "lines",
    showlegend: false,
    hoverinfo: "skip",
    x: [0, 100],
    y: [0, 100],
    line: { color: ink.frame, width: 1.5, dash: "dash" },
    xaxis: upper.x,
    yaxis: upper.y,
  };
  const data = models.flatMap(({ name, error, bins, ...model }): Data[] => {
    const color = colors.get(name)!;
    const filled = bins.filter(({ count }) => count > 0);
    const total = bins.reduce((sum, { count }) => sum + count, 0);
    return [
      {
        type: "scatter",
        mode: "lines+markers",
        name: plain(
          `${name}: calibration error ${(100 * error).toFixed(1)}%, sure ${(100 * model.confidence).toFixed(1)}%, right ` +
            `${(100 * model.accuracy).toFixed(1)}%`,
        ),
        x: filled.map(({ confidence }) => 100 * confidence),
        y: filled.map(({ accuracy }) => 100 * accuracy),
        // Where a bin has few images its accuracy is chance: the area of a dot says how many, and the line stays faint.
        line: { color: transparent(color, 0.3), width: 1 },
        marker: { color, opacity: 0.85, size: filled.map(({ count }) => Math.max(5, 24 * Math.sqrt(count / total))) },
        cliponaxis: false,
        xaxis: upper.x,
        yaxis: upper.y,
      },
      {
        type: "bar",
        name: plain(name),
        showlegend: false,
        x: bins.map(({ from, to }) => 50 * (from + to)),
        y: bins.map(({ count }) => (100 * count) / total),
        marker: { color: transparent(color, 0.8) },
        xaxis: lower.x,
        yaxis: lower.y,
      },
    ];
  });
  const range = [0, 101];
  return figure(
    [diagonal, ...data],
    {
      ...panelAxes(
        { ...upper, yDomain: [1 - upperShare, 1] },
        { range, showticklabels: false },
        { title: axisTitle("accuracy, %"), range: [0, 104] },
      ),
      ...panelAxes(
        { ...lower, yDomain: [0, 1 - upperShare - 0.05] },
        { range, title: axisTitle("confidence, %") },
        { title: axisTitle("images, %"), rangemode: "tozero", nticks: 4 },
      ),
      barmode: "group",
      bargap: 0.15,
      showlegend: true,
      height: 540,
    },
    heading,
  );
}
