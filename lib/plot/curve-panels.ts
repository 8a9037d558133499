import { namesParts, rowName } from "../study/row-name";
import type { Size } from "./figure";
import type { Heading } from "./heading";
import { distinct } from "./inputs";
import { panelGrid } from "./panels";
import { plain } from "./plain-text";
import { withoutHeading } from "./theme";

/** What one panel shows. */
export interface PanelContent {
  /** As Plotly takes it. */
  readonly title: string;
  readonly names: readonly string[];
}

/** All panels of a figure. */
export interface CurvePanels {
  readonly contents: readonly PanelContent[];
  /** Each has one curve that the others have not, and its title names it. */
  readonly isSmall: boolean;
}

/** More curves than this in a panel cannot be told apart: each has a panel of its own then. */
const mostInPanel = 6;

/** Width of a panel at least, pixels: of a component, and of one curve. */
const [widePanel, smallPanel] = [230, 140] as const;

/** @returns one panel for all, one a component, or one a name; names without a component are in each */
export function curvePanels(names: readonly string[]): CurvePanels {
  const everywhere = names.filter((name) => !namesParts(name));
  const components = distinct(names.flatMap((name) => (namesParts(name) ? rowName(name).component : [])));
  const inside = (component: string) =>
    names.filter((name) => namesParts(name) && rowName(name).component === component);
  if (components.some((component) => inside(component).length > mostInPanel)) {
    const title = (name: string) => {
      const { component, scale } = rowName(name);
      const below = `<br><span style="font-size:12px">${plain(component)}</span>`;
      return `<b>${plain(scale)}</b>${components.length > 1 ? below : ""}`;
    };
    const own = names.filter(namesParts).map((name) => ({ title: title(name), names: [...everywhere, name] }));
    return { contents: own, isSmall: true };
  }
  if (components.length < 2) return { contents: [{ title: "", names }], isSmall: false };
  const each = components.map((component) => ({
    title: `<b>${plain(component)}</b>`,
    names: names.filter((name) => !namesParts(name) || rowName(name).component === component),
  }));
  return { contents: each, isSmall: false };
}

/**
 * Puts panels into a figure.
 *
 * @param panels - what they show
 * @param names - how many curves there are
 * @param heading - title and caption
 * @param size - of the whole figure
 * @returns the panels, the figure's width, its height without the heading, and how much more it needs to be read
 */
export function placeOf({ contents, isSmall }: CurvePanels, names: number, heading: Heading, size: Size) {
  const most = Math.floor(((size.width ?? 900) - 90) / (isSmall ? smallPanel : widePanel));
  const columns = Math.max(1, Math.min(isSmall ? most : Math.min(3, most), contents.length));
  const rows = Math.ceil(contents.length / columns);
  const several = isSmall ? 110 + 170 * rows : 310 * rows;
  const inRow = contents.length > 1 || names <= 4;
  const one = Math.max(470, inRow ? 0 : 90 + 27 * (names + 2));
  const { width, height } = withoutHeading(size, heading, rows > 1 ? several : one);
  // Between rows of small panels there is room for two lines of their titles.
  const gap = isSmall ? { x: 0.02, y: Math.min(0.12, 44 / Math.max(1, height - 150)) } : { x: 0.03, y: 0.12 };
  const missing = Math.max(0, (isSmall ? 150 + 95 * rows : 0) - height);
  return { panels: panelGrid(contents.length, columns, gap), width, height, missing };
}
