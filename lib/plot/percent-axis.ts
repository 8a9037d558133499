import type { LayoutAxis } from "plotly.js";

/**
 * An axis of percentages up to 100, with a little room at both ends and no tick beyond 100.
 *
 * @param lowest - the lowest value that is drawn, percent
 * @returns range and ticks
 */
export function percentAxis(
  lowest: number,
): Pick<Partial<LayoutAxis>, "range" | "tickvals"> & { range: [number, number] } {
  const span = Math.max(100 - lowest, 2);
  const low = Math.max(-6, 100 - 1.15 * span);
  const step = [0.5, 1, 2, 5, 10, 20].find((size) => span / size <= 7) ?? 20;
  const ticks = Array.from({ length: 20 }, (_, i) => 100 - i * step).filter((tick) => tick >= Math.max(low, 0));
  return { range: [low, 100 + 0.06 * span], tickvals: ticks.reverse() };
}
