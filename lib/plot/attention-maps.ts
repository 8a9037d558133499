import type { Annotations, Data } from "plotly.js";
import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { requireRows } from "./inputs";
import { panelAxes, panelGrid, panelTitle } from "./panels";
import { imageAxes, imageTrace, type TitledImage } from "./pixels";
import { plain } from "./plain-text";
import { figure, type PanelLayout } from "./theme";

/** Where one head looks. */
export interface AttentionMap {
  /** For instance "block 1, head 2". */
  readonly title: string;
  /** Attention on each patch, [rows][columns] as the patches lie in the image, 0 … 1. */
  readonly weights: readonly (readonly number[])[];
}

/**
 * An image and where attention falls on its patches; the maps share one colour scale.
 *
 * @param image - the input; grey [h][w] or coloured [h][w][3], 0 … 1
 * @param maps - attention over the patches: one after the other, or in rows to be compared, with the image left of the first
 * @param heading - title and caption
 * @param columns - panels in a row, the image being the first, where the maps are not in rows; by default up to 5
 * @returns the figure
 * @throws ConfigError if there are no maps
 */
export function attentionMaps(
  image: TitledImage,
  maps: readonly AttentionMap[] | readonly (readonly AttentionMap[])[],
  heading: Heading = {},
  columns = inRows(maps) ? 1 + Math.max(...maps.map((row) => row.length)) : Math.min(5, maps.length + 1),
): Figure {
  const all = maps.flat();
  requireRows(all, "attentionMaps", "map");
  const cells = inRows(maps)
    ? maps.flatMap((row, r) => row.map((_, i) => r * columns + i + 1))
    : all.map((_, i) => i + 1);
  const largest = Math.max(...all.flatMap((map) => map.weights.flat()));
  const side = Math.min(240, 780 / columns);
  const rows = Math.ceil((Math.max(...cells) + 1) / columns);
  const grid = panelGrid(rows * columns, columns, { x: 0.12 / columns, y: 26 / (rows * (side + 26)) });
  const panels = [0, ...cells].map((cell) => grid[cell]);
  const layout: PanelLayout = {};
  const annotations: Partial<Annotations>[] = [];
  const data = panels.map((panel, i): Data => {
    const map = all[i - 1];
    const axes = imageAxes(map ? map.weights : image.pixels, panel.x);
    Object.assign(layout, panelAxes(panel, axes.x, axes.y));
    annotations.push(panelTitle(panel, plain(map ? map.title : image.title)));
    if (!map) return imageTrace(image, panel) as Data;
    return {
      type: "heatmap",
      name: plain(map.title),
      z: map.weights.map((row) => [...row]),
      zmin: 0,
      zmax: largest,
      colorscale: "Viridis",
      showscale: i === 1,
      colorbar: {
        title: { text: "attention", side: "right" },
        thickness: 14,
        len: 1,
        outlinewidth: 0,
        tickfont: { size: textSize.label },
        nticks: 4,
        x: 1.01,
      },
      xaxis: panel.x,
      yaxis: panel.y,
    } as unknown as Data;
  });
  return figure(
    data,
    {
      ...layout,
      annotations,
      margin: { l: 20, r: 100, t: 26, b: 16 },
      width: Math.round(Math.max(480, columns * side + 120)),
      height: Math.round(rows * (side + 26) + 16),
    },
    heading,
  );
}

const inRows = (
  maps: readonly AttentionMap[] | readonly (readonly AttentionMap[])[],
): maps is readonly (readonly AttentionMap[])[] => Array.isArray(maps[0]);
