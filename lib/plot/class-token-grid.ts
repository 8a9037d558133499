import type { Annotations, Data } from "plotly.js";
import type { ClassTokenMaps, StoredImage } from "../diagnose/class-token-maps";
import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { requireRows } from "./inputs";
import { type Panel, panelAxes, panelGrid } from "./panels";
import { imageAxes, imageTrace, type Pixels } from "./pixels";
import { plain } from "./plain-text";
import { figure, type PanelLayout } from "./theme";

/** One model's maps. */
export interface MappedModel extends ClassTokenMaps {
  readonly name: string;
}

/** Width of image and maps together, and of a map at most, pixels. */
const [wholeWidth, mostSide] = [770, 150] as const;

/** Between two maps, between two models, for names of rows there, beside the image; for text above and below; pixels. */
const [gap, modelGap, nameGap, imageGap, above, below] = [6, 26, 20, 46, 30, 44] as const;

/**
 * Where the class token looks on one image, or all tokens on average: a row a block, a column a head, models side by side on one colour scale.
 *
 * @param models - what `classTokenMaps` gives of the same image, with names
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no models
 */
export function classTokenGrid(models: readonly MappedModel[], heading: Heading = {}): Figure {
  requireRows(models, "classTokenGrid", "model");
  const headCounts = models.map(({ blocks }) => blocks[0].heads.length);
  const columns = headCounts.reduce((sum, heads) => sum + heads, 0);
  // Rows of one model are named; of the next, where they are of other blocks.
  const isNamed = models.map(
    ({ blocks }, m) => m === 0 || blocks.some(({ block }, row) => block !== models[m - 1].blocks[row]?.block),
  );
  const gapBefore = isNamed.map((named, m) => (m === 0 ? 0 : modelGap + (named ? nameGap : 0)));
  const between = imageGap + gap * (columns - models.length) + gapBefore.reduce((sum, one) => sum + one, 0);
  const side = Math.min(mostSide, (wholeWidth - between) / (columns + 1));
  const rows = Math.max(...models.map(({ blocks }) => blocks.length));
  const [width, height] = [side * (columns + 1) + between, rows * (side + gap) - gap];
  const largest = Math.max(...models.flatMap(({ blocks }) => blocks.flatMap(({ heads }) => heads.flat())));

  const data: Data[] = [];
  const layout: PanelLayout = {};
  const annotations: Partial<Annotations>[] = [];
  const named = panelGrid(1 + rows * columns, 1, { x: 0, y: 0 }); // for the names of their axes
  /** A square `left` pixels from the left, in a row from the top. */
  const add = (left: number, row: number, pixels: Pixels, traceOn: (panel: Panel) => object): void => {
    const top = row * (side + gap);
    const panel: Panel = {
      ...named[data.length],
      xDomain: [left / width, Math.min(1, (left + side) / width)],
      yDomain: [Math.max(0, 1 - (top + side) / height), 1 - top / height],
    };
    const axes = imageAxes(pixels, panel.x);
    Object.assign(layout, panelAxes(panel, axes.x, axes.y));
    data.push(traceOn(panel) as Data);
  };
  /** A line of text, `x` and `y` pixels from the upper left corner; `yshift` stays what it is in every size. */
  const write = (text: string, x: number, y: number, look: Partial<Annotations>): void => {
    const place = { x: x / width, y: 1 - y / height, xref: "paper", yref: "paper", xanchor: "center" } as const;
    annotations.push({ text, ...place, showarrow: false, font: { size: textSize.label }, ...look });
  };

  const image = { title: models[0].label, pixels: pixelsOf(models[0].image) };
  add(0, 0, image.pixels, (panel) => imageTrace(image, panel));
  write(plain(image.title), side / 2, 0, { yanchor: "bottom", yshift: 4 });
  let left = side + imageGap;
  for (const [m, { name, answer, blocks }] of models.entries()) {
    const modelWidth = headCounts[m] * (side + gap) - gap;
    const middle = left + modelWidth / 2;
    write(`<b>${plain(name)}</b>, says ${plain(answer)}`, middle, 0, { yanchor: "bottom", yshift: 4 });
    for (const [row, { block, heads }] of blocks.entries()) {
      if (isNamed[m]) {
        const turned = { textangle: "-90", yanchor: "middle", xshift: -14 } as const;
        write(`block ${block}`, left, row * (side + gap) + side / 2, turned);
      }
      for (const [h, weights] of heads.entries()) {
        const map = { name: plain(`${name}, block ${block}, head ${h + 1}`), z: squareOf(weights) };
        const isFirst = m + row + h === 0;
        add(left + h * (side + gap), row, map.z, ({ x, y }) => ({
          ...{ ...map, xaxis: x, yaxis: y, type: "heatmap", colorscale: "Viridis", zmin: 0, zmax: largest },
          ...(isFirst ? { colorbar } : { showscale: false }),
        }));
      }
    }
    for (let h = 0; h < headCounts[m]; h++) {
      write(`${h + 1}`, left + h * (side + gap) + side / 2, height, { yanchor: "top", yshift: -3 });
    }
    write("head", middle, height, { yanchor: "top", yshift: -21 });
    left += modelWidth + (gapBefore[m + 1] ?? 0);
  }
  const size = { width: Math.round(width + 120), height: Math.round(height + above + below) };
  return figure(data, { ...layout, annotations, margin: { l: 20, r: 100, t: above, b: below }, ...size }, heading);
}

const colorbar = {
  ...{ title: { text: "attention", side: "right" }, tickfont: { size: textSize.label }, nticks: 4 },
  ...{ thickness: 14, len: 1, outlinewidth: 0, x: 1.01 },
};

/** A square of numbers, rows from the top. */
function squareOf(values: readonly number[]): number[][] {
  const side = Math.round(Math.sqrt(values.length));
  return Array.from({ length: side }, (_, row) => values.slice(row * side, (row + 1) * side));
}

function pixelsOf({ size, channels, maxValue, pixels }: StoredImage): Pixels {
  const bytes = Buffer.from(pixels, "base64");
  return Array.from({ length: size }, (_, row) =>
    Array.from({ length: size }, (_, column) => {
      const at = (row * size + column) * channels;
      return channels === 3 ? [0, 1, 2].map((c) => bytes[at + c] / maxValue) : bytes[at] / maxValue;
    }),
  );
}
