import { join } from "node:path";
import type { Command } from "commander";
import type { Figure } from "../plot/figure";
import type { RunRecord } from "../train/record";
import { duration, StatusLine } from "./terminal";

/** `binvit figures`: every figure of a study as SVG and PNG, without a browser. */
export function registerFigures(program: Command): void {
  program
    .command("figures")
    .description("draw the figures of a study as SVG and PNG; the same records give the same bytes")
    .option("--results <place>", "a recorded study's name or a folder of runs", "quick")
    .option("--out <folder>", "where to", "figures")
    .addHelpText("after", "\nExamples:\n  binvit figures\n  binvit figures --results runs/quick --out runs/figures")
    .action(run);
}

async function run({ results, out }: { readonly results: string; readonly out: string }): Promise<void> {
  const { loadStudy } = await import("../study/records");
  await drawFigures(
    loadStudy(results, (problem) => console.error(`binvit: ${problem}`)),
    out,
  );
}

/**
 * Draws all figures of a study.
 *
 * @param records - its finished runs
 * @param out - the folder of the pictures
 */
export async function drawFigures(records: readonly RunRecord[], out: string): Promise<void> {
  const { studyFigures } = await import("../plot/study-figures");
  await writeFigures(studyFigures(records), out);
}

/**
 * Draws figures as SVG and PNG, and says so.
 *
 * @param drawn - by the name of their files
 * @param out - the folder of the pictures
 * @throws FileError before anything is drawn if one of them could not be written
 */
export async function writeFigures(drawn: Readonly<Record<string, Figure>>, out: string): Promise<void> {
  const startedAt = performance.now();
  const { svgToPng, toSvg } = await import("../plot/export");
  const { prepareFile, writeAtomically } = await import("../base/files");
  const figures = Object.entries(drawn);
  const file = (name: string, ending: string) => join(out, `${name}.${ending}`);
  for (const [name] of figures) for (const ending of ["svg", "png"]) prepareFile(file(name, ending));
  const status = new StatusLine(5);
  const warnings = new Set<string>();
  const onMissingLetters = (message: string) => void warnings.add(message);
  for (const [i, [name, figure]] of figures.entries()) {
    status.update(`figure ${i + 1}/${figures.length}: ${name}`);
    const { width = 900, height = 520 } = figure.layout;
    const svg = await toSvg(figure, { width, height });
    writeAtomically(file(name, "svg"), svg);
    writeAtomically(file(name, "png"), svgToPng(svg, { onMissingLetters }));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  status.done();
  for (const warning of warnings) console.error(`binvit: ${warning}`);
  status.done(`${figures.length} figures, SVG and PNG, in ${out}/ (${duration(seconds)})`);
}
