import type { LayoutAxis } from "plotly.js";

/** Values that come so near to 100 are shown with it: how far they are from it says something. */
const near = 85;

/**
 * An axis of percentages, with a little room at both ends and no tick beyond its end: up to 100, or to the next ten where
 * all values are far below it.
 *
 * @param lowest - the lowest value that is drawn, percent
 * @param highest - the highest one
 * @returns range and ticks
 */
export function percentAxis(
  lowest: number,
  highest = 100,
): Pick<Partial<LayoutAxis>, "range" | "tickvals"> & { range: [number, number] } {
  const end = highest > near ? 100 : 10 * Math.ceil((highest + 1) / 10);
  const span = Math.max(end - lowest, 2);
  const low = Math.max(-6, end - 1.15 * span);
  const step = [0.5, 1, 2, 5, 10, 20].find((size) => span / size <= 7) ?? 20;
  const ticks = Array.from({ length: 20 }, (_, i) => end - i * step).filter((tick) => tick >= Math.max(low, 0));
  return { range: [low, end + 0.06 * span], tickvals: ticks.reverse() };
}
