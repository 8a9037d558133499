import { namesParts, rowName } from "../study/row-name";
import { textSize } from "./heading";
import { distinct } from "./inputs";
import { plain } from "./plain-text";
import { plainWidth, textWidth } from "./text-box";

/** What one panel shows. */
export interface PanelContent {
  /** As Plotly takes it. */
  readonly title: string;
  /** Width of that title, pixels. */
  readonly titleWidth: number;
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

/** Size of a component below a scale, pixels. */
const belowSize = 12;

/** @returns one panel for all, one a component, or one a name; names without a component are in each */
export function curvePanels(names: readonly string[]): CurvePanels {
  const everywhere = names.filter((name) => !namesParts(name));
  const components = distinct(names.flatMap((name) => (namesParts(name) ? rowName(name).component : [])));
  const inside = (component: string) =>
    names.filter((name) => namesParts(name) && rowName(name).component === component);
  if (components.some((component) => inside(component).length > mostInPanel)) {
    const own = names.filter(namesParts).map((name) => {
      const { component, scale } = rowName(name);
      const below = components.length > 1 ? component : "";
      return {
        title: bold(scale) + (below && `<br><span style="font-size:${belowSize}px">${plain(below)}</span>`),
        titleWidth: Math.max(boldWidth(scale), plainWidth(below, belowSize)),
        names: [...everywhere, name],
      };
    });
    return { contents: own, isSmall: true };
  }
  if (components.length < 2) return { contents: [{ title: "", titleWidth: 0, names }], isSmall: false };
  const each = components.map((component) => ({
    title: bold(component),
    titleWidth: boldWidth(component),
    names: names.filter((name) => !namesParts(name) || rowName(name).component === component),
  }));
  return { contents: each, isSmall: false };
}

const bold = (text: string): string => `<b>${plain(text)}</b>`;

const boldWidth = (text: string): number => textWidth(text, { size: textSize.label, bold: true, italic: false });
