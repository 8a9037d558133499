import type { AccuracyRow } from "./accuracy-row";
import type { Figure, Size } from "./figure";
import type { Heading } from "./heading";
import { distinct, requireFractions, requireRows } from "./inputs";
import { colorsOf, shapeOf } from "./palette";
import { percentAxis } from "./percent-axis";
import type { RowGroup } from "./row-columns";
import { rowPlot } from "./row-plot";

/** What is drawn of each configuration. */
export interface SeedRowsForm {
  /** A dot for every seed, beside the mean. */
  readonly seeds: boolean;
}

/**
 * Test accuracy, one line a configuration: the mean and its interval, with a dot for every seed.
 *
 * The configurations of a component stand together, the best one first. The dashed line is the row whose component is
 * `float`.
 *
 * @param rows - one row a configuration; accuracies as fractions 0 … 1
 * @param heading - title and caption
 * @param size - of the whole figure; by default as high as its rows need
 * @param form - whether to draw seeds; yes by default
 * @returns the figure, in percent
 * @throws ConfigError if there are no rows or an accuracy is not a fraction
 */
export function accuracyOfSeeds(
  rows: readonly AccuracyRow[],
  heading: Heading = {},
  size: Size = {},
  { seeds }: SeedRowsForm = { seeds: true },
): Figure {
  requireRows(rows, "accuracyOfSeeds", "row");
  requireFractions(
    rows.flatMap((row) => [row.mean, row.low, row.high, ...row.values]),
    "accuracyOfSeeds",
  );
  const scaleOf = (row: AccuracyRow) => (row.component === "float" ? "float" : row.scale);
  const colors = colorsOf(distinct(rows.map(scaleOf)));
  const components = distinct(rows.map((row) => row.component));
  const groups = components.map((component): RowGroup => {
    const own = rows.filter((row) => row.component === component);
    return {
      title: components.length > 1 && own.some((row) => row.scale !== component) ? component : "",
      rows: own
        .sort((a, b) => b.mean - a.mean)
        .map((row) => {
          const color = colors.get(scaleOf(row))!;
          const [mean, low, high] = [row.mean, row.low, row.high].map((value) => 100 * value);
          return {
            ...{ label: row.scale, mean, low, high, color, symbol: shapeOf(scaleOf(row), color) },
            ...(seeds && row.values.length > 1 ? { values: row.values.map((value) => 100 * value) } : {}),
            text:
              row.values.length > 1 ? `${mean.toFixed(1)} (${low.toFixed(1)} … ${high.toFixed(1)})` : mean.toFixed(1),
          };
        }),
    };
  });
  const drawn = rows.flatMap((row) => [row.low, row.high, ...row.values].map((value) => 100 * value));
  const float = rows.find((row) => row.component === "float");
  const axis = { title: "test accuracy, %", ...percentAxis(Math.min(...drawn), Math.max(...drawn)) };
  return rowPlot(groups, { ...axis, ...(float ? { reference: 100 * float.mean } : {}) }, heading, size);
}
