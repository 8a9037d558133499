import type { Dash, Data } from "plotly.js";
import type { Figure } from "./figure";
import type { Heading } from "./heading";
import { requireRows } from "./inputs";
import type { Line } from "./lines";
import { palette } from "./palette";
import { panelAxes, panelGrid, panelTitle } from "./panels";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

const dashes: readonly Dash[] = ["solid", "dash", "dot", "dashdot"];

/**
 * The sign function, and what its derivative is taken to be.
 *
 * Left the forward pass: sign(x), with sign(0) = +1. Right the backward pass: each straight-through form's d sign/dx,
 * sampled by the caller. The true derivative is 0 wherever it exists.
 *
 * @param forms - name and samples of each pseudo-gradient
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no forms
 */
export function steForms(forms: readonly Line[], heading: Heading = {}): Figure {
  requireRows(forms, "steForms", "pseudo-gradient");
  const [forward, backward] = panelGrid(2, 2, { x: 0.1, y: 0 });
  const [low, high] = forms.reduce(
    ([least, most], form) => [Math.min(least, ...Array.from(form.x)), Math.max(most, ...Array.from(form.x))],
    [-1, 1],
  );
  const step: Data[] = [
    {
      type: "scatter",
      mode: "lines",
      name: "sign(x)",
      showlegend: false,
      x: [low, 0, null, 0, high],
      y: [-1, -1, null, 1, 1],
      line: { color: "#222222", width: 3 },
      xaxis: forward.x,
      yaxis: forward.y,
    },
    {
      type: "scatter",
      mode: "markers",
      showlegend: false,
      hoverinfo: "skip",
      x: [0, 0],
      y: [-1, 1],
      marker: { size: 9, color: ["#ffffff", "#222222"], line: { color: "#222222", width: 2 } },
      xaxis: forward.x,
      yaxis: forward.y,
    },
  ];
  const gradients: Data[] = forms.map((form, i) => ({
    type: "scatter",
    mode: "lines",
    name: plain(form.name),
    x: Array.from(form.x),
    y: Array.from(form.y),
    line: { color: palette[i % palette.length], width: 3, dash: dashes[i % dashes.length] },
    xaxis: backward.x,
    yaxis: backward.y,
  }));
  const x = { title: axisTitle("x"), range: [low, high] };
  return figure(
    [...step, ...gradients],
    {
      ...panelAxes(forward, x, { range: [-1.25, 1.25], tickvals: [-1, 0, 1] }),
      ...panelAxes(backward, x, {}),
      annotations: [
        panelTitle(forward, "forward: sign(x)"),
        panelTitle(backward, "backward: what d sign(x)/dx is taken to be"),
      ],
      showlegend: true,
      margin: { t: 26 },
    },
    heading,
  );
}
