import { join } from "node:path";
import { prepareFile, writeAtomically } from "../base/files";
import { diagnosticNames } from "../diagnose/names";
import { figureNames } from "../plot/study-figures";
import { chooseFigures } from "./choose-figures";
import type { FigureOptions } from "./figure-options";
import { figuresPage } from "./figures-page";
import { keptFormats, keptSources } from "./kept-sources";
import { writeDiagrams } from "./write-diagrams";
import { writeFigures } from "./write-figures";

/**
 * Draws all figures that the kit keeps, from the records that it keeps, its diagrams, and the page that lists them.
 *
 * @param given - the folder; by default `figures`, or `runs/kit-figures` where they are to look otherwise than those kept
 * @param options - which ones, and how
 * @throws UsageError if there is no figure of a name, or a title for several
 */
export async function drawKitFigures(given: string | undefined, options: FigureOptions): Promise<void> {
  const asKept = looksAsKept(options);
  const out = given ?? (asKept ? "figures" : join("runs", "kit-figures"));
  const { sources, missing } = keptSources(options);
  const all = sources.flatMap(({ folder, drawn }) =>
    Object.entries(drawn).map(([name, figure]) => [`${folder}/${name}`, figure] as const),
  );
  const chosen = chooseFigures(Object.fromEntries(all), options, [...figureNames, ...diagnosticNames], "kit");
  const page = join(out, "README.md");
  const isWhole = asKept && options.only === undefined;
  if (isWhole) prepareFile(page);
  if (missing.length > 0 && options.only === undefined)
    console.log(`Left out, as their records are not there yet: ${missing.join(", ")}.`);
  await writeFigures(chosen, out, options, process.stdout, keptFormats);
  if (!isWhole) return;
  writeDiagrams(out);
  writeAtomically(page, figuresPage(sources));
}

const looksAsKept = ({ formats, title, look: { width, height, zoom = 1, isDark } }: FigureOptions): boolean =>
  [formats, title, width, height].every((one) => one === undefined) && zoom === 1 && !isDark;
