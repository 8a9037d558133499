import type { LayoutAxis } from "plotly.js";
import { axisNames } from "./axis-names";
import type { Figure, FigureMeta } from "./figure";
import { textSize } from "./heading";
import { plainWidth } from "./text-box";

/** Columns of a row plot: how many, and the pixels between the axes of two, where names and numbers stand. */
export type RowColumns = NonNullable<FigureMeta["columns"]>;

/** @returns the pixels that each axis has, of `width` for all columns */
export const axisIn = (width: number, { count, between }: RowColumns): number =>
  Math.max(1, (width - between * (count - 1)) / count); // an axis needs some width

/** @returns where each axis begins and ends, 0 … 1 */
export function domainsIn(width: number, columns: RowColumns): [number, number][] {
  const { count, between } = columns;
  const axis = axisIn(width, columns);
  const whole = (count - 1) * (axis + between) + axis;
  return Array.from({ length: count }, (_, i) => {
    const left = i * (axis + between);
    return [left / whole, Math.min(1, (left + axis) / whole)];
  });
}

/** As many ticks as an axis has room for side by side: their labels would be turned, into the title of the axis. */
export function ticksIn(
  axis: number,
  { range, tickvals, nticks }: Pick<Partial<LayoutAxis>, "range" | "tickvals" | "nticks">,
): Partial<LayoutAxis> {
  const label = Math.max(...(range as number[]).map((end) => plainWidth(`${Math.round(end)}`, textSize.base)));
  const most = Math.max(2, Math.floor(axis / (label + 14)));
  if (!tickvals) return { tickangle: 0, ...(most < 6 ? { nticks: most } : nticks ? { nticks: 0 } : {}) };
  const every = Math.ceil(tickvals.length / most);
  return { tickangle: 0, tickvals: tickvals.filter((_, i) => (tickvals.length - 1 - i) % every === 0) };
}

/**
 * Axes of a row plot in another width: names and numbers beside them keep their pixels.
 *
 * @param layout - of the width that `meta` says
 * @param width - to be
 * @returns the x axes that change; one whose place was changed since the figure was made stays there
 */
export function refitted(layout: Figure["layout"], meta: FigureMeta, width: number): Figure["layout"] {
  const { columns } = meta;
  if (!columns) return {};
  const { l = 0, r = 0 } = layout.margin ?? {};
  const [before, after] = [meta.width, width].map((all) => domainsIn(all - l - r, columns));
  return Object.fromEntries(
    after.flatMap((domain, i) => {
      const name = axisNames(i).xaxis as "xaxis";
      const axis = layout[name];
      if (!axis?.range || JSON.stringify(axis.domain) !== JSON.stringify(before[i])) return [];
      return [[name, { ...axis, domain, ...ticksIn(axisIn(width - l - r, columns), axis) }]];
    }),
  );
}
