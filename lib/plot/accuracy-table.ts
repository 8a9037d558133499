import type { AccuracyRow } from "./accuracy-row";
import { readableOn } from "./color";
import type { Figure, Size } from "./figure";
import { axisTitleWidth, type Heading, sideMargin, textSize } from "./heading";
import { distinct, requireFractions, requireRows } from "./inputs";
import { plain } from "./plain-text";
import { plainWidth } from "./text-box";
import { axisTitle, figure, withoutHeading } from "./theme";

/** From low to high accuracy: lightness falls all the way, so that grey print keeps the order. */
const ramp = ["#fff4d6", "#f8c07a", "#e07b54", "#b03a5b", "#6c1d5f", "#2d0f41"].reverse();

/** More scales than this stand in rows, the components in columns. */
const mostColumns = 6;

/**
 * Heat table: mean test accuracy of each component and scale, as a number on its colour.
 *
 * @param rows - one row a configuration; accuracies as fractions 0 … 1; of those with component `float` none
 * @param heading - title and caption
 * @param size - of the whole figure; by default as high as its rows need
 * @returns the figure, in percent
 * @throws ConfigError if there are no rows or an accuracy is not a fraction
 */
export function accuracyTable(rows: readonly AccuracyRow[], heading: Heading = {}, size: Size = {}): Figure {
  requireRows(rows, "accuracyTable", "row");
  requireFractions(
    rows.map((row) => row.mean),
    "accuracyTable",
  );
  const components = distinct(rows.map((row) => row.component));
  const scales = distinct(rows.map((row) => row.scale));
  const turned = scales.length > mostColumns;
  const [down, across] = turned ? [scales, components] : [components, scales];
  const sideTitle = turned ? "scale" : "binarized component";
  const rowsHeight = Math.max((turned ? 28 : 46) * down.length, axisTitleWidth(sideTitle));
  const [left, right] = [sideMargin + widest(down) + 40, 24];
  const columnWidth = ((size.width ?? 900) - left - right) / across.length;
  const isWide = (name: string) => widest([name]) + 4 > columnWidth; // Plotly tilts names that touch, and drops some
  const narrowest = Math.max(widest(across.flatMap(inParts)) + 4, widest(["100.0"]) + 10);
  const below = 62 + (across.some(isWide) ? 20 : 0);
  const { width, height } = withoutHeading(size, heading, 22 + below + rowsHeight);
  const [lowest, highest] = [Math.min(...rows.map((row) => row.mean)), Math.max(...rows.map((row) => row.mean))];
  const cells = rows.map((row) => {
    const [x, y] = [turned ? row.component : row.scale, turned ? row.scale : row.component];
    const share = highest > lowest ? (row.mean - lowest) / (highest - lowest) : 1;
    return { x: across.indexOf(x), y: down.indexOf(y), color: colorAt(share), text: (100 * row.mean).toFixed(1) };
  });
  const axis = { showgrid: false, showline: false, ticks: "" as const };
  const drawn = figure(
    [{ type: "scatter", mode: "markers", x: [null], y: [null], hoverinfo: "skip" }],
    {
      ...{ width, height, margin: { l: left, r: right, b: below } },
      xaxis: {
        ...{ ...axis, range: [-0.5, across.length - 0.5], tickvals: across.map((_, i) => i) },
        ...{
          ticktext: across.map((name) => (isWide(name) ? inTwoLines(name) : plain(name))),
          title: axisTitle(turned ? "binarized component" : "scale"),
        },
      },
      yaxis: {
        ...{ ...axis, range: [down.length - 0.5, -0.5], tickvals: down.map((_, i) => i), automargin: false },
        ticktext: down.map(plain),
        title: axisTitle(sideTitle),
      },
      shapes: cells.map(({ x, y, color, text }) => ({
        ...({ type: "rect", fillcolor: color, line: { width: 0 } } as const),
        ...{ x0: x - 0.48, x1: x + 0.48, y0: y - 0.46, y1: y + 0.46 },
        label: { text, font: { size: textSize.base, color: readableOn(color) } },
      })),
    },
    heading,
  );
  const least = Math.max(22 * down.length, axisTitleWidth(sideTitle) - 24);
  return {
    ...drawn,
    leastHeight: (drawn.layout.height ?? 0) + Math.max(0, 22 + below + least - height),
    leastWidth: Math.ceil(left + right + narrowest * across.length),
  };
}

const widest = (names: readonly string[]): number => Math.max(...names.map((name) => plainWidth(name, textSize.base)));

const inTwoLines = (name: string): string => inParts(name).map(plain).join("<br>");

/** Broken before the + or - that is nearest to its middle. */
function inParts(name: string): string[] {
  const places = [...name].flatMap((sign, i) => (i > 0 && (sign === "+" || sign === "-") ? [i] : []));
  const off = (at: number) => Math.abs(at - name.length / 2);
  const [place] = places.sort((one, other) => off(one) - off(other));
  return place === undefined ? [name] : [name.slice(0, place), name.slice(place)];
}

/** @returns the colour at a share, 0 … 1, of the ramp */
function colorAt(share: number): string {
  const at = share * (ramp.length - 1);
  const i = Math.min(ramp.length - 2, Math.floor(at));
  const byte = (color: string, from: number) => Number.parseInt(color.slice(from, from + 2), 16);
  const mixed = [1, 3, 5].map((k) =>
    Math.round(byte(ramp[i], k) + (at - i) * (byte(ramp[i + 1], k) - byte(ramp[i], k))),
  );
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
