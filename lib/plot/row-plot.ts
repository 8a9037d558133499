import type { Annotations, Data } from "plotly.js";
import { axisNames } from "./axis-names";
import type { Figure, Size } from "./figure";
import { axisTitleWidth, type Heading, ink, sideMargin, textSize } from "./heading";
import { requireRows } from "./inputs";
import { floatColor, transparent } from "./palette";
import { plain } from "./plain-text";
import { axisIn, domainsIn, ticksIn } from "./row-axes";
import { columnsOf, type PlacedGroup, type PlotRow, type RowGroup } from "./row-columns";
import { axisTitle, figure, type PanelLayout, withoutHeading } from "./theme";

/** The axis of a row plot. */
export interface RowAxis {
  /** What is measured, with its unit. */
  readonly title: string;
  readonly range?: readonly [number, number];
  readonly tickvals?: number[];
  /** A dashed line across all rows, such as the float model. */
  readonly reference?: number;
}

/** Height of a row as it likes to be and at least; of axis and ticks; pixels. */
const [rowHeight, leastRowHeight, axisHeight] = [25, 17, 78] as const;

/**
 * One line a configuration: a marker for its mean, a bar for its interval, small dots for what the mean is of, and the
 * numbers beside them. Legible for any number of rows: names stand at their rows, not in a legend.
 *
 * Where the height is given and too small, groups go side by side as far as the width allows.
 *
 * @param groups - rows under headings, from the top
 * @param axis - what is measured
 * @param heading - title and caption
 * @param size - of the whole figure; by default as high as its rows need
 * @returns the figure, with the height and width that it needs to be read
 * @throws ConfigError if there are no rows
 */
export function rowPlot(
  groups: readonly RowGroup[],
  axis: RowAxis,
  heading: Heading = {},
  size: Size = {},
): Figure & { readonly leastHeight: number; readonly leastWidth: number } {
  const rows = groups.flatMap((group) => group.rows);
  requireRows(rows, "rowPlot", "row");
  const slots = groups.reduce((sum, group) => sum + group.rows.length + 1, 0);
  const { width, height } = withoutHeading(size, heading, axisHeight + rowHeight * slots);
  const most = Math.floor((height - axisHeight) / leastRowHeight);
  const inner = width - 2 * sideMargin;
  const { count, before, after, between, deepest, placed, leastWidth } = columnsOf(
    groups,
    inner,
    axisTitleWidth(axis.title),
    most,
  );
  const columns = { count, between };
  const range = axis.range ?? padded(rows, axis.reference);
  const domains = domainsIn(inner - before - after, columns);
  const plot = axisIn(inner - before - after, columns);
  // Names and numbers stand in the margins, which keep their pixels when the figure is given another width.
  const margin = { l: sideMargin + before, r: sideMargin + after };
  const layout: PanelLayout = { width, height, annotations: [], shapes: [], margin };
  for (let i = 0; i < count; i++) {
    const { x, y, xaxis, yaxis } = axisNames(i);
    layout[xaxis as "xaxis"] = {
      domain: domains[i],
      anchor: y as "y",
      title: axisTitle(plain(axis.title)),
      range: [...range],
      ...ticksIn(plot, { range: [...range], tickvals: axis.tickvals }),
      automargin: false,
    };
    layout[yaxis as "yaxis"] = {
      anchor: x as "x",
      range: [deepest - 0.5, -0.5],
      tickvals: placed.flatMap(({ column, first, rows }) => (column === i ? rows.map((_, at) => first + at) : [])),
      showticklabels: false,
      ticks: "",
      automargin: false,
    };
    const { reference } = axis;
    if (reference !== undefined) {
      layout.shapes!.push({
        ...({ type: "line", xref: x, yref: "paper", y0: 0, y1: 1, x0: reference, x1: reference } as object),
        ...{ line: { color: floatColor, width: 1.5, dash: "dash" }, layer: "below" },
      });
    }
  }
  layout.annotations = placed.flatMap((group) => annotationsOf(group, before));
  const drawn = figure(
    placed.flatMap(tracesOf),
    { ...layout, margin: { ...margin, b: 64 }, meta: { columns } },
    heading,
  );
  const missing = Math.max(0, axisHeight + leastRowHeight * deepest - height);
  return {
    ...drawn,
    leastHeight: (drawn.layout.height ?? 0) + missing,
    leastWidth: 2 * sideMargin + leastWidth,
  };
}

function tracesOf({ rows, column, first }: PlacedGroup): Data[] {
  const { x: xaxis, y: yaxis } = axisNames(column);
  return rows.flatMap((row, i): Data[] => {
    const { values = [], color } = row;
    const at = first + i - (values.length > 0 ? 0.12 : 0);
    const base = { type: "scatter", mode: "markers", name: plain(row.label), xaxis, yaxis } as const;
    return [
      {
        ...base,
        x: [...values],
        y: values.map(() => first + i + 0.26),
        marker: { size: 5, color: transparent(color, 0.6) },
      },
      {
        ...base,
        x: [row.mean],
        y: [at],
        error_x: {
          ...({ type: "data", symmetric: false } as const),
          // Of one seed there is no interval, and a bar without length would be a stroke through the marker.
          visible: row.high > row.low,
          array: [row.high - row.mean],
          arrayminus: [row.mean - row.low],
          ...{ color, thickness: 2, width: 4 },
        },
        marker: { symbol: row.symbol, size: 10, color, line: { width: row.symbol.endsWith("-open") ? 2 : 0, color } },
      },
    ];
  });
}

function annotationsOf({ title, rows, column, first }: PlacedGroup, before: number): Partial<Annotations>[] {
  const { x, y } = axisNames(column);
  const base = {
    xref: `${x} domain` as "x domain",
    yref: y as "y",
    yanchor: "middle",
    showarrow: false,
    borderpad: 0,
  } as const;
  const font = { size: textSize.label };
  return [
    ...(title
      ? [
          {
            ...base,
            text: `<b>${plain(title)}</b>`,
            x: 0,
            xanchor: "left",
            xshift: -before,
            y: first - 1,
            font,
          } as const,
        ]
      : []),
    ...rows.flatMap((row, i): Partial<Annotations>[] => [
      { ...base, text: plain(row.label), x: 0, xanchor: "right", xshift: -8, y: first + i, font },
      {
        ...base,
        ...{ text: plain(row.text), x: 1, xanchor: "left", xshift: 8, y: first + i },
        font: { ...font, color: ink.muted },
      },
    ]),
  ];
}

/** All that is drawn, with a little room at both ends. */
function padded(rows: readonly PlotRow[], reference: number | undefined): [number, number] {
  const all = rows.flatMap(({ low, high, values = [] }) => [low, high, ...values]);
  if (reference !== undefined) all.push(reference);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const room = 0.05 * (high - low || Math.abs(high) || 1);
  return [low - room, high + room];
}
