import type { Comparison } from "./compare";
import type { Range } from "./interval";

const columns = ["points of test accuracy", "seeds", "mean", "95%", "95%, all at once", "p", "95%, other images"];

/**
 * Comparisons as a table: differences in percentage points, as `binvit claims` prints them and a notebook's `showTable`
 * takes them.
 *
 * @param comparisons - of `compare`, or of a tested claim, which add a column with their verdicts
 */
export function comparisonTable(comparisons: readonly (Comparison & { readonly verdict?: string })[]): {
  columns: string[];
  rows: string[][];
} {
  const isJudged = comparisons.some(({ verdict }) => verdict !== undefined);
  const rows = comparisons.map(({ pair, difference, together, p, overImages, verdict }) => [
    pair.join(" − "),
    String(difference.count),
    point(difference.mean),
    points(difference),
    points(together),
    p < 0.001 ? "< 0.001" : p.toFixed(3),
    overImages ? points(overImages) : "-",
    ...(isJudged ? [verdict ?? "-"] : []),
  ]);
  return { columns: isJudged ? [...columns, "better?"] : columns, rows };
}

/** One decimal; what rounds to nothing has no sign. */
const point = (share: number): string =>
  (100 * share)
    .toFixed(1)
    .replace(/^-0\.0$/, "0.0")
    .replace("-", "−");

const points = ({ low, high }: Range): string => `${point(low)} … ${point(high)}`;
