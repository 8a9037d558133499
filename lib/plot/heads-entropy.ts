import type { Data } from "plotly.js";
import type { AttentionEntropy } from "../diagnose/attention-entropy";
import type { Figure } from "./figure";
import { type Heading, ink, textSize } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, transparent } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** One model's heads. */
export interface EntropyModel extends AttentionEntropy {
  readonly name: string;
}

/** How far the models of a block stand apart, and the heads of a model, in blocks. */
const [modelPitch, headSpread] = [0.26, 0.16];

/**
 * Entropy of attention by block: a small dot a head, a dash the mean of the block's heads, models side by side.
 *
 * @param models - what `attentionEntropy` gives, with names
 * @param heading - title and caption
 * @returns the figure, in nats; the dashed line is ln N, of heads that look everywhere alike
 * @throws ConfigError if there are no models
 */
export function headsEntropy(models: readonly EntropyModel[], heading: Heading = {}): Figure {
  requireRows(models, "headsEntropy", "model");
  const colors = colorsOf(distinct(models.map((model) => model.name)));
  const data = models.flatMap(({ name, entropy }, m): Data[] => {
    const color = colors.get(name)!;
    const middle = (block: number) => block + 1 + (m - (models.length - 1) / 2) * modelPitch;
    const heads = entropy.flatMap((values, block) =>
      values.map((value, h) => ({ x: middle(block) + headSpread * ((h + 0.5) / values.length - 0.5), y: value })),
    );
    return [
      {
        type: "scatter",
        mode: "markers",
        name: plain(`${name}, a head`),
        x: heads.map(({ x }) => x),
        y: heads.map(({ y }) => y),
        marker: { size: 9, color: transparent(color, 0.55) },
      },
      {
        type: "scatter",
        mode: "markers",
        name: plain(`${name}, mean`),
        x: entropy.map((_, block) => middle(block)),
        y: entropy.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
        marker: { symbol: "line-ew", size: 34, color, line: { color, width: 3 } },
      },
    ];
  });
  const most = Math.max(...models.map((model) => model.most));
  const blocks = Math.max(...models.map((model) => model.entropy.length));
  return figure(
    data,
    {
      showlegend: true,
      margin: { r: 84 },
      xaxis: { title: axisTitle("block"), range: [0.5, blocks + 0.5], dtick: 1, showgrid: false },
      yaxis: { title: axisTitle("entropy, nats"), range: [0, 1.06 * most] },
      shapes: distinct(models.map((model) => model.most)).map((y) => ({
        ...({ type: "line", xref: "paper", x0: 0, x1: 1, layer: "below" } as const),
        ...{ y0: y, y1: y, line: { color: ink.muted, width: 1.5, dash: "dash" as const } },
      })),
      annotations: distinct(models.map((model) => model.most)).map((y) => ({
        ...({ xref: "paper", x: 1, xanchor: "left", xshift: 6, yanchor: "middle", showarrow: false } as const),
        ...{ y, text: `ln ${Math.round(Math.exp(y))}`, font: { size: textSize.label, color: ink.muted } },
      })),
    },
    heading,
  );
}
