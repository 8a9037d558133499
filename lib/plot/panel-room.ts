import type { CurvePanels } from "./curve-panels";
import type { Size } from "./figure";
import { axisTitleWidth, type Heading, textSize } from "./heading";
import { type Panel, panelGrid } from "./panels";
import { plainWidth } from "./text-box";
import { withoutHeading } from "./theme";

/** What stands around panels. */
export interface AroundPanels {
  readonly heading: Heading;
  /** Title of the vertical axis. */
  readonly yTitle: string;
  /** What the legend names. */
  readonly legend: readonly string[];
  /** Whether the legend is a row above the panels, or a column at their right. */
  readonly hasLegendRow: boolean;
}

/** Panels in their places. */
export interface PanelRoom {
  readonly panels: readonly Panel[];
  readonly width: number;
  /** Of the figure without its heading, pixels. */
  readonly height: number;
  /** What more of it, and what width, it takes until all can be read, pixels. */
  readonly missing: number;
  readonly leastWidth: number;
  /** Rows are lower than the title of the vertical axis is long: one of them has it for all. */
  readonly sharesTitle: boolean;
  /** Width of a panel, pixels. */
  readonly panelWidth: number;
}

/** Ticks and title at the left of panels with what is free at their right, and those below them, pixels. */
const [besidePanels, belowPanels] = [90, 63] as const;

/** Width of a panel at least, pixels: of a component where there is height enough, of one curve or where there is not. */
const [widePanel, smallPanel] = [230, 140] as const;

/** Height of a panel at least, pixels: of a component, and of one curve. */
const [lowestWide, lowestSmall] = [80, 64] as const;

/** An entry of a legend beside its text, and below the one before it, pixels. */
const [legendMark, legendPitch] = [48, 24] as const;

/** Between two panels: half a label of either axis and a space between them, pixels. */
const leastGap = 16;

/**
 * Puts panels into a figure: as few in a row as can be read well, more where the height that was asked for is too small
 * for so many rows.
 *
 * @param panels - what they show
 * @param around - what takes room beside them
 * @param size - of the whole figure
 */
export function roomFor({ contents, isSmall }: CurvePanels, around: AroundPanels, size: Size): PanelRoom {
  const width = size.width ?? 900;
  const legendWidth = around.hasLegendRow ? 0 : legendMark + widest(around.legend);
  const inner = width - besidePanels - legendWidth;
  const titles = Math.max(...contents.map(({ titleWidth }) => titleWidth)) + 8;
  const fitting = (least: number) => Math.max(1, Math.floor(inner / Math.max(least, titles)));
  const usual = Math.min(isSmall ? fitting(smallPanel) : Math.min(3, fitting(widePanel)), contents.length);
  const most = Math.max(usual, Math.min(fitting(smallPanel), contents.length));

  const titleHeight = contents.length === 1 ? 0 : contents.some(({ title }) => title.includes("<br>")) ? 44 : 26;
  const above = titleHeight + (around.hasLegendRow ? legendRows(around.legend, width) * legendPitch + 8 : 0);
  const length = axisTitleWidth(around.yTitle);
  const rowsOf = (columns: number) => Math.ceil(contents.length / columns);
  const needs = (columns: number) => {
    const rows = rowsOf(columns);
    const middle = (rows - 1) >> 1;
    // The title is longer than its row is high: it needs the rows beside that, and some of what is above.
    const forTitle = (length - 40 - 2 * middle * titleHeight) / (1 + 2 * middle);
    const panel = Math.max(isSmall ? lowestSmall : lowestWide, forTitle);
    const inColumn = around.hasLegendRow ? 0 : legendPitch * around.legend.length + 20;
    return Math.ceil(Math.max(inColumn, above + rows * panel + (rows - 1) * titleHeight + belowPanels));
  };
  const { height } = withoutHeading(
    size,
    around.heading,
    Math.max(usualHeight(rowsOf(usual), isSmall, around), needs(usual)),
  );
  let columns = usual;
  while (needs(columns) > height && columns < most) columns++;

  const rows = rowsOf(columns);
  const plot = Math.max(1, height - above - belowPanels);
  const x = Math.max(isSmall ? 0.02 : 0.03, leastGap / Math.max(1, inner));
  // Between rows of small panels there is room for two lines of their titles.
  const wanted = isSmall ? Math.min(0.12, 44 / Math.max(1, height - 150)) : Math.min(0.12, 0.24 / rows);
  const y = Math.min(Math.max(wanted, titleHeight / plot), 0.5 / Math.max(1, rows - 1));
  const panels = panelGrid(contents.length, columns, { x: columns > 1 ? x : 0, y: rows > 1 ? y : 0 });
  return {
    ...{ panels, width, height },
    missing: Math.max(0, needs(columns) - height),
    leastWidth: Math.ceil(besidePanels + legendWidth + Math.max(smallPanel, titles)),
    sharesTitle: isSmall || (plot * (1 + y)) / rows < length + 40,
    panelWidth: inner * (panels[0].xDomain[1] - panels[0].xDomain[0]),
  };
}

/** Without the heading, where no height is asked for. */
function usualHeight(rows: number, isSmall: boolean, { hasLegendRow, legend }: AroundPanels): number {
  if (rows > 1) return isSmall ? 110 + 170 * rows : 310 * rows;
  return Math.max(470, hasLegendRow ? 0 : 90 + 27 * legend.length);
}

/** How many rows a legend has, about: in columns, unless all of it fits into one row. */
function legendRows(legend: readonly string[], width: number): number {
  const entries = legend.map((text) => legendMark + widest([text]));
  if (entries.reduce((sum, entry) => sum + entry, 0) <= width - 40) return 1;
  const columns = Math.max(1, Math.floor((width - 40) / Math.max(...entries)));
  return Math.ceil(legend.length / columns);
}

const widest = (texts: readonly string[]): number =>
  Math.max(0, ...texts.map((text) => plainWidth(text, textSize.base)));
