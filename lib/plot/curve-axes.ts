import type { LayoutAxis } from "plotly.js";
import type { PanelContent } from "./curve-panels";
import { axisTitleWidth } from "./heading";
import type { AroundPanels, PanelRoom } from "./panel-room";
import { panelAxes, panelTitle } from "./panels";
import { plain } from "./plain-text";
import { axisTitle, type PanelLayout } from "./theme";

/** What the axes of curves show. */
export interface CurveAxes extends Pick<AroundPanels, "yTitle" | "hasLegendRow"> {
  /** As `CurveForm` has them. */
  readonly x?: string;
  readonly shortX?: string;
  readonly logX?: boolean;
  /** The last one that is drawn. */
  readonly epochs: number;
  /** Numbers of the vertical axis are powers of ten. */
  readonly isPower: boolean;
}

const decades: Partial<LayoutAxis> = { type: "log", tickvals: Array.from({ length: 9 }, (_, i) => 10 ** i) };

/** With no more epochs than this, Plotly would put ticks at halves of them. */
const fewEpochs = 6;

/** @returns axes, titles of panels and the legend's place */
export function curveAxes(
  { panels, panelWidth, sharesTitle }: PanelRoom,
  contents: readonly PanelContent[],
  { yTitle, hasLegendRow, x = "epoch", shortX = x, logX, epochs, isPower }: CurveAxes,
): PanelLayout {
  const xTitle = axisTitleWidth(x) > panelWidth ? shortX : x;
  const whole = x !== "epoch" || epochs > fewEpochs ? {} : { tick0: 1, dtick: 1 };
  const one = x === "epoch" && epochs === 1 ? { range: [0.5, 1.5] } : {};
  const axes: PanelLayout = {};
  const left = panels.filter((panel) => panel.isLeft);
  const middle = left[(left.length - 1) >> 1];
  for (const [i, panel] of panels.entries()) {
    const follows = (axis: "x" | "y") => (i === 0 ? {} : { matches: axis });
    const hasTitle = panel.isLeft && (!sharesTitle || panel === middle);
    Object.assign(
      axes,
      panelAxes(
        panel,
        {
          ...follows("x"),
          ...(logX ? decades : { ...whole, ...one }),
          showticklabels: panel.isBottom,
          ...(panel.isBottom ? { title: axisTitle(plain(xTitle)) } : {}),
        },
        {
          ...follows("y"),
          // None of what is drawn can be below 0; room below it would say that it can.
          rangemode: "nonnegative",
          showticklabels: panel.isLeft,
          ...(hasTitle ? { title: axisTitle(yTitle) } : {}),
          ...(isPower ? { exponentformat: "power" } : {}),
        },
      ),
    );
  }
  const inPanels = contents.length > 1;
  const twoLines = contents.some(({ title }) => title.includes("<br>"));
  return {
    ...axes,
    annotations: inPanels ? panels.map((panel, i) => panelTitle(panel, contents[i].title)) : [],
    showlegend: true,
    ...(hasLegendRow
      ? { margin: { t: inPanels ? (twoLines ? 44 : 26) : 0 } }
      : { legend: { x: 1.02, y: 1, tracegroupgap: 0 } }),
  };
}
