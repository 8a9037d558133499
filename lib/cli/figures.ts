import { join } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import type { Figure } from "../plot/figure";
import type { RunRecord } from "../train/record";
import { type FigureOptions, figureOptions, type GivenOptions, readFigureOptions } from "./figure-options";
import { duration, StatusLine } from "./terminal";

/** `binvit figures`: every figure of a study, without a browser and without training. */
export function registerFigures(program: Command): void {
  const command = program
    .command("figures")
    .description("draw the figures of a study as SVG, PNG and PDF; the same records give the same bytes")
    .option("--results <place>", "a recorded study's name or a folder of runs", "quick")
    .option("--out <folder>", "where to", "figures");
  for (const option of figureOptions()) command.addOption(option);
  command
    .addHelpText(
      "after",
      "\nExamples:\n  binvit figures\n  binvit figures --results runs/quick --out runs/figures\n" +
        "  binvit figures --results methods --theme dark --width 1920 --height 1080 --font-size 28 --out slides\n" +
        "  binvit figures --only paired-differences --format pdf --out paper\n\ndocs/figures.md shows more.",
    )
    .action(run);
}

async function run(given: { readonly results: string; readonly out: string } & GivenOptions): Promise<void> {
  const options = readFigureOptions(given);
  const { loadStudy } = await import("../study/records");
  await drawFigures(
    loadStudy(given.results, (problem) => console.error(`binvit: ${problem}`)),
    given.out,
    options,
  );
}

/**
 * Draws the figures of a study.
 *
 * @param records - its finished runs
 * @param out - the folder of the pictures
 * @param options - which ones, and how; by default all, as SVG and PNG, in the size each has by itself
 * @throws UsageError if there is no figure of a name, or a title for several
 */
export async function drawFigures(
  records: readonly RunRecord[],
  out: string,
  options: FigureOptions = readFigureOptions({}),
): Promise<void> {
  const { studyFigures, figureNames } = await import("../plot/study-figures");
  const { look, only, title } = options;
  const { zoom = 1 } = look;
  const room = { width: divided(look.width ?? 900, zoom), height: divided(look.height, zoom) };
  const figures = chosen(studyFigures(records, room), only, figureNames);
  if (title !== undefined && figures.length !== 1) {
    const names = figures.map(([name]) => name).join(", ");
    throw new UsageError(`--title is for one figure, these are ${figures.length}: ${names}. Choose one with --only.`);
  }
  await writeFigures(Object.fromEntries(figures), out, options);
}

/**
 * Draws figures, and says so.
 *
 * @param drawn - by the name of their files
 * @param out - the folder of the pictures
 * @param options - how
 * @throws FileError before anything is drawn if one of them could not be written
 */
export async function writeFigures(
  drawn: Readonly<Record<string, Figure>>,
  out: string,
  options: FigureOptions = readFigureOptions({}),
): Promise<void> {
  const startedAt = performance.now();
  const { drawing } = await import("../plot/drawing");
  const { prepareFile, writeAtomically } = await import("../base/files");
  const { formats, look, title } = options;
  const { zoom = 1 } = look;
  const figures = Object.entries(drawn);
  const file = (name: string, ending: string) => join(out, `${name}.${ending}`);
  for (const [name] of figures) for (const format of formats) prepareFile(file(name, format));
  const status = new StatusLine(5);
  const warnings = new Set<string>();
  const onMissingLetters = (message: string) => void warnings.add(message);
  for (const [i, [name, figure]] of figures.entries()) {
    status.update(`figure ${i + 1}/${figures.length}: ${name}`);
    const { height = 0 } = figure.layout;
    if (figure.leastHeight && figure.leastHeight > height) {
      const least = Math.ceil(figure.leastHeight * zoom);
      warnings.add(
        `${name} is crowded: it needs a height of ${least} pixels in this size of text, not ${height * zoom}.`,
      );
    }
    const drawn = await drawing(figure, { ...look, ...(title === undefined ? {} : { title }), onMissingLetters });
    for (const format of formats) writeAtomically(file(name, format), await drawn[format]());
  }
  const seconds = (performance.now() - startedAt) / 1000;
  status.done();
  for (const warning of warnings) console.error(`binvit: ${warning}`);
  const kinds = formats.map((format) => format.toUpperCase());
  const count = `${figures.length} ${figures.length === 1 ? "figure" : "figures"}`;
  status.done(`${count}, ${kinds.join(" and ")}, in ${out}/ (${duration(seconds)})`);
}

const divided = (pixels: number | undefined, zoom: number) => (pixels === undefined ? undefined : pixels / zoom);

/** The figures that were asked for, each once, in the study's order. */
function chosen(
  figures: Readonly<Record<string, Figure>>,
  only: readonly string[] | undefined,
  all: readonly string[],
): [string, Figure][] {
  const entries = Object.entries(figures);
  if (only === undefined) return entries;
  const has = (name: string) =>
    entries.filter(([own]) => own === name || (all.includes(name) && own.startsWith(`${name}-`)));
  for (const name of only) {
    if (has(name).length > 0) continue;
    const known = Object.keys(figures);
    const what = all.includes(name)
      ? `The study has not what ${name} shows.`
      : `There is no figure ${JSON.stringify(name)}.${didYouMean(name, known)}`;
    throw new UsageError(`${what} Its figures: ${known.join(", ")}.`);
  }
  return entries.filter((entry) => only.some((name) => has(name).includes(entry)));
}
