import { textSize } from "./heading";
import { textWidth } from "./text-box";

/** One line of a row plot. */
export interface PlotRow {
  readonly label: string;
  readonly mean: number;
  /** Ends of its interval. */
  readonly low: number;
  readonly high: number;
  /** What the mean is of, a small dot each. */
  readonly values?: readonly number[];
  /** What stands at the right end. */
  readonly text: string;
  readonly color: string;
  /** Plotly's name of the marker's shape. */
  readonly symbol: string;
}

/** Rows under one heading. */
export interface RowGroup {
  readonly title: string;
  readonly rows: readonly PlotRow[];
}

/** A group and where it is. */
export interface PlacedGroup extends RowGroup {
  readonly column: number;
  /** Slot of its first row; its title is one above. */
  readonly first: number;
}

/** Between two columns, and the least width of what is drawn between names and numbers, pixels. */
const [gap, leastPlot] = [28, 150] as const;

/**
 * Puts groups of rows one below the other, or side by side where they would not fit.
 *
 * @param groups - from the top
 * @param width - of all columns, pixels
 * @param title - length of the axis title, pixels
 * @param most - slots that fit below one another; a group takes its rows and one
 * @returns how many columns, the room before and after each axis for names and numbers, and between two axes, pixels; the
 *   slots of the longest column, the groups with their places, and the width that one column needs, pixels
 */
export function columnsOf(groups: readonly RowGroup[], width: number, title: number, most: number) {
  const rows = groups.flatMap((group) => group.rows);
  const widest = (texts: readonly string[], bold = false) =>
    Math.max(...texts.map((text) => textWidth(text, { size: textSize.label, bold, italic: false })));
  const titles = groups.map((group) => group.title);
  const besideTitles = widest(titles, true);
  const labels = widest(rows.map((row) => row.label));
  const after = widest(rows.map((row) => row.text)) + 10;
  /** What is drawn needs that much beside them: the title of the axis is centred below it. */
  const plotBeside = (before: number) => Math.max(leastPlot, title - 2 * Math.min(before, after));
  const withTitles = Math.max(besideTitles, labels) + 10;
  const leastWidth = withTitles + plotBeside(withTitles) + after;
  // In less the titles of groups cross the axis.
  const beforeIn = (column: number) =>
    column >= leastWidth ? withTitles : Math.max(Math.min(besideTitles, column / 4), labels) + 10;
  const columnIn = (count: number) => (width - gap * (count - 1)) / count;
  let best = placedIn(groups, 1);
  for (let count = 2; best.deepest > most && count <= groups.length; count++) {
    const before = beforeIn(columnIn(count));
    if (columnIn(count) < before + plotBeside(before) + after) break;
    best = placedIn(groups, count);
  }
  const count = Math.max(...best.placed.map((group) => group.column)) + 1;
  const before = beforeIn(columnIn(count));
  return { count, before, after, between: before + after + gap, leastWidth: Math.ceil(leastWidth), ...best };
}

/** The flattest way to put groups into so many columns in their order. */
function placedIn(groups: readonly RowGroup[], count: number): { placed: PlacedGroup[]; deepest: number } {
  const slots = groups.reduce((sum, group) => sum + group.rows.length + 1, 0);
  for (let limit = Math.ceil(slots / count); ; limit++) {
    const placed: PlacedGroup[] = [];
    let [column, next, deepest] = [0, 0, 0];
    for (const group of groups) {
      const size = group.rows.length + (group.title ? 1 : 0);
      if (next > 0 && next + size > limit) [column, next] = [column + 1, 0];
      placed.push({ ...group, column, first: next + (group.title ? 1 : 0) });
      next += size;
      deepest = Math.max(deepest, next);
    }
    if (column < count && (deepest <= limit || count === 1)) return { placed, deepest };
  }
}
