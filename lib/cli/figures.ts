import { join } from "node:path";
import type { Command } from "commander";
import { duration, StatusLine } from "./terminal";

/** `binvit figures`: every figure of a study as SVG and PNG, without a browser. */
export function registerFigures(program: Command): void {
  program
    .command("figures")
    .description("draw the figures of a study as SVG and PNG; the same records give the same bytes")
    .option("--results <place>", "a recorded study's name or a folder of runs", "quick")
    .option("--out <folder>", "where to", "figures")
    .addHelpText("after", "\nExamples:\n  binvit figures\n  binvit figures --results runs/quick --out runs/figures")
    .action(drawFigures);
}

/**
 * Draws all figures of a study.
 *
 * @param options - `results`: a study's name or a folder; `out`: the folder of the pictures
 */
export async function drawFigures(options: { readonly results: string; readonly out: string }): Promise<void> {
  const startedAt = performance.now();
  const { loadStudy } = await import("../study/records");
  const { studyFigures } = await import("../plot/study-figures");
  const { toPng, toSvg } = await import("../plot/export");
  const { writeAtomically } = await import("../files");
  const figures = Object.entries(studyFigures(loadStudy(options.results)));
  const status = new StatusLine(5);
  for (const [i, [name, figure]] of figures.entries()) {
    status.update(`figure ${i + 1}/${figures.length}: ${name}`);
    const { width = 900, height = 520 } = figure.layout;
    writeAtomically(join(options.out, `${name}.svg`), await toSvg(figure, { width, height }));
    writeAtomically(join(options.out, `${name}.png`), await toPng(figure, { width, height, scale: 2 }));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  status.done(`${figures.length} figures, SVG and PNG, in ${options.out}/ (${duration(seconds)})`);
}
