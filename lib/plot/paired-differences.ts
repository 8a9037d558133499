import type { PairedDifference } from "../study/paired";
import { rowName } from "../study/row-name";
import type { Figure, Size } from "./figure";
import type { Heading } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf, shapeOf } from "./palette";
import type { RowGroup } from "./row-columns";
import { rowPlot } from "./row-plot";

const questions: Readonly<Record<PairedDifference["question"], string>> = {
  scale: "one scale − another",
  parts: "fewer parts in bits − more",
  inputs: "weights alone in bits − inputs, too",
};

/**
 * Forest plot: what one configuration gains over another, seed by seed, with 95% intervals.
 *
 * Where the interval reaches over the line at 0, these seeds see no difference; its marker is open.
 *
 * @param differences - of test accuracies, fractions
 * @param heading - title and caption
 * @param size - of the whole figure; by default as high as its rows need
 * @param scales - of the whole study, so that each has the colour that it has in the other figures
 * @returns the figure, in points of accuracy, %
 * @throws ConfigError if there are no differences
 */
export function pairedDifferences(
  differences: readonly PairedDifference[],
  heading: Heading = {},
  size: Size = {},
  scales: readonly string[] = distinct(differences.map(({ better }) => rowName(better).scale)),
): Figure {
  requireRows(differences, "pairedDifferences", "difference");
  const colors = colorsOf(scales);
  const groups = Object.entries(questions).flatMap(([question, title]): RowGroup[] => {
    const rows = differences.filter((one) => one.question === question);
    const all = rows.map(({ better, worse, difference, values }) => {
      const [a, b] = [rowName(better), rowName(worse)];
      const color = colors.get(a.scale) ?? [...colorsOf([...scales, a.scale]).values()].at(-1)!;
      const [mean, low, high] = [difference.mean, difference.low, difference.high].map((value) => 100 * value);
      const isSeen = low > 0 || high < 0;
      const shape = shapeOf(a.scale, color).replace("-open", "");
      return {
        ...{ mean, low, high, color, symbol: isSeen ? shape : `${shape}-open` },
        label:
          a.component === b.component
            ? `${a.component}: ${a.scale} − ${b.scale}`
            : `${a.component} − ${b.component}: ${a.scale}`,
        values: values.map((value) => 100 * value),
        text: `${signed(mean)} (${signed(low)} … ${signed(high)})`,
      };
    });
    return all.length > 0 ? [{ title, rows: all }] : [];
  });
  return rowPlot(groups, { title: "difference of test accuracy, points", reference: 0 }, heading, size);
}

/** The sign of a difference stays where it is rounded to 0: it says on which side of the line an interval ends. */
const signed = (value: number): string => `${value < 0 ? "−" : value > 0 ? "+" : ""}${Math.abs(value).toFixed(1)}`;
