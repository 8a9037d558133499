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
  const { loadStudy } = built("./study/records") as typeof import("../../lib/study/records");
  const { studyFigures } = built("./plot/study-figures") as typeof import("../../lib/plot/study-figures");
  const figures = Object.entries(studyFigures(loadStudy("quick")));
  return new Map(figures.map(([name, { data, layout }]) => [`figures/${name}.png`, { data, layout }]));
}
