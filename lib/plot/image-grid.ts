import type { Annotations, Data } from "plotly.js";
import type { Figure } from "./figure";
import type { Heading } from "./heading";
import { requireRows } from "./inputs";
import { panelAxes, panelGrid, panelTitle } from "./panels";
import { imageAxes, imageTrace, type TitledImage } from "./pixels";
import { plain } from "./plain-text";
import { figure, type PanelLayout } from "./theme";

/**
 * Images in a grid, each with its title above it.
 *
 * @param images - grey [h][w] or coloured [h][w][3] images, 0 … 1
 * @param heading - title and caption
 * @param columns - images in a row; by default up to 8
 * @returns the figure, 900 pixels wide at most
 * @throws ConfigError if there are no images
 */
export function imageGrid(
  images: readonly TitledImage[],
  heading: Heading = {},
  columns = Math.min(8, images.length),
): Figure {
  requireRows(images, "imageGrid", "image");
  const side = Math.min(200, 860 / columns);
  const rows = Math.ceil(images.length / columns);
  const panels = panelGrid(images.length, columns, { x: 0.1 / columns, y: 26 / (rows * (side + 26)) });
  const layout: PanelLayout = {};
  const annotations: Partial<Annotations>[] = [];
  for (const [i, panel] of panels.entries()) {
    const axes = imageAxes(images[i].pixels, panel.x);
    Object.assign(layout, panelAxes(panel, axes.x, axes.y));
    annotations.push(panelTitle(panel, plain(images[i].title)));
  }
  const margin = { l: 20, r: 20, t: 26, b: 16 };
  return figure(
    images.map((image, i) => imageTrace(image, panels[i]) as Data),
    {
      ...layout,
      annotations,
      margin,
      width: Math.round(Math.max(360, columns * side + 40)),
      height: Math.round(rows * (side + 26) + 16),
    },
    heading,
  );
}
