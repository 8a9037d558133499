import { namesParts, rowName } from "../study/row-name";
import { lightnessOf, withLightness } from "./color";
import { distinct } from "./inputs";
import { colorsOf } from "./palette";

/** How the curves of a configuration look. */
export interface CurveLook {
  /** What the legend calls it. */
  readonly label: string;
  readonly color: string;
  readonly dash: "solid" | "dash";
}

/**
 * One look a name. What has no component is drawn in every panel: a row of a panel's own that is called the same, such
 * as `width-1/float` beside `float`, is another model, which is dashed and lighter.
 *
 * @param names - of all configurations
 * @param inPanels - there are several panels, whose titles name the components
 */
export function curveLooks(names: readonly string[], inPanels: boolean): Map<string, CurveLook> {
  const colors = colorsOf(distinct(names.map((name) => rowName(name).scale)));
  const everywhere = new Set(names.filter((name) => !namesParts(name)));
  return new Map(
    names.map((name): [string, CurveLook] => {
      const { scale } = rowName(name);
      const color = colors.get(scale)!;
      const label = inPanels ? scale : name;
      if (!namesParts(name) || !everywhere.has(scale)) return [name, { label, color, dash: "solid" }];
      const lighter = withLightness(color, Math.min(0.75, lightnessOf(color) + 0.28));
      return [name, { label: inPanels ? `${scale} of the panel` : name, color: lighter, dash: "dash" }];
    }),
  );
}
