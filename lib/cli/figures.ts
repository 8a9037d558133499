import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import type { RunRecord } from "../train/record";
import { chooseFigures } from "./choose-figures";
import { type FigureOptions, figureOptions, type GivenOptions, readFigureOptions, roomIn } from "./figure-options";
import { writeFigures } from "./write-figures";

interface Given extends GivenOptions {
  readonly results?: string;
  readonly out?: string;
}

const places =
  "runs/figures/<place>; of all that the kit keeps, figures, or runs/kit-figures where they look otherwise than there";

/** `binvit figures`: every figure of the kit, of a study or of a diagnosis, without a browser and without training. */
export function registerFigures(program: Command): void {
  const command = program
    .command("figures")
    .description("draw figures from records, as SVG, PNG and PDF; the same records give the same bytes")
    .option(
      "--results <place>",
      "a recorded study's name, a folder of runs or a diagnosis (default: all that the kit keeps figures of)",
    )
    .option("--out <folder>", `where to (default: ${places})`);
  for (const option of figureOptions()) command.addOption(option);
  command
    .addHelpText(
      "after",
      "\nExamples:\n  binvit figures\n  binvit figures --results runs/quick\n" +
        "  binvit figures --results data/diagnoses/digits.json --only calibration\n" +
        "  binvit figures --results methods --theme dark --width 1920 --height 1080 --font-size 28 --out slides\n" +
        "  binvit figures --results quick --only paired-differences --format pdf --out paper\n\ndocs/figures.md shows more.",
    )
    .action(run);
}

async function run({ results, out, ...given }: Given): Promise<void> {
  const options = readFigureOptions(given);
  if (results === undefined) {
    const { drawKitFigures } = await import("./kit-figures");
    return drawKitFigures(out, options);
  }
  const place = out ?? join("runs", "figures", basename(resolve(results), ".json"));
  if (results.endsWith(".json")) {
    const { readDiagnosis } = await import("../diagnose/diagnosis-file");
    const { diagnosisFigures } = await import("../plot/diagnosis-figures");
    const { diagnosticNames } = await import("../diagnose/names");
    const figures = diagnosisFigures(readDiagnosis(results));
    return writeFigures(chooseFigures(figures, options, diagnosticNames, "diagnosis"), place, options);
  }
  const { loadStudy } = await import("../study/records");
  return drawFigures(
    loadStudy(results, (problem) => console.error(`binvit: ${problem}`)),
    place,
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
  const { figureNames, studyFigures } = await import("../plot/study-figures");
  const figures = studyFigures(records, roomIn(options));
  await writeFigures(chooseFigures(figures, options, figureNames, "study"), out, options);
}
