import { createRequire } from "node:module";
import { join } from "node:path";
import type { PlotlyFigure } from "./picture";

/**
 * The figures of `figures/` as what Plotly draws, from the recorded runs they are drawn from.
 *
 * @param root - folder of the repository, whose library is built
 * @returns figures by the picture's path in the repository
 */
export function recordedFigures(root: string): ReadonlyMap<string, PlotlyFigure> {
  const built = createRequire(join(root, "lib", "dist", "index.js"));
  const { keptSources } = built("./cli/kept-sources") as typeof import("../../lib/cli/kept-sources");
  const { readFigureOptions } = built("./cli/figure-options") as typeof import("../../lib/cli/figure-options");
  const { sources } = keptSources(readFigureOptions({}));
  return new Map(
    sources.flatMap(({ folder, drawn }) =>
      Object.entries(drawn).map(([name, { data, layout }]) => [`figures/${folder}/${name}.png`, { data, layout }]),
    ),
  );
}
