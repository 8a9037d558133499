import { join } from "node:path";
import { PlotError, UsageError } from "../base/errors";
import { howMany } from "../base/how-many";
import type { Drawing } from "../plot/drawing";
import type { Figure } from "../plot/figure";
import { type FigureOptions, type Format, readFigureOptions, usualFormats } from "./figure-options";
import { duration, StatusLine } from "./terminal";

/**
 * Draws figures, and says so.
 *
 * @param drawn - by the name of their files, folders included
 * @param out - the folder of the pictures
 * @param options - how
 * @param stream - where it is said
 * @param formatsOf - what a figure is written as, where the options do not say it
 * @throws FileError before anything is drawn if one of them could not be written; UsageError when all others are, if
 *   some have no room
 */
export async function writeFigures(
  drawn: Readonly<Record<string, Figure>>,
  out: string,
  options: FigureOptions = readFigureOptions({}),
  stream: NodeJS.WriteStream = process.stdout,
  formatsOf: (name: string) => readonly Format[] = () => usualFormats,
): Promise<void> {
  const startedAt = performance.now();
  const { drawing } = await import("../plot/drawing");
  const { prepareFile, writeAtomically } = await import("../base/files");
  const { look, title } = options;
  const { zoom = 1 } = look;
  const figures = Object.entries(drawn).map(([name, figure]) => {
    const formats = options.formats ?? formatsOf(name);
    return { name, figure, formats, file: (format: Format) => join(out, `${name}.${format}`) };
  });
  for (const { formats, file } of figures) for (const format of formats) prepareFile(file(format));
  const status = new StatusLine(5, stream);
  const warnings = new Set<string>();
  const problems: string[] = [];
  const onMissingLetters = (message: string) => void warnings.add(message);
  for (const [i, { name, figure, formats, file }] of figures.entries()) {
    status.update(`figure ${i + 1}/${figures.length}: ${name}`);
    const { width = zoom * (figure.layout.width ?? 900), height = zoom * (figure.layout.height ?? 0) } = look;
    const short = [
      { side: "width", least: zoom * (figure.leastWidth ?? 0), given: width },
      { side: "height", least: zoom * (figure.leastHeight ?? 0), given: height },
    ].filter(({ least, given }) => least > given);
    if (short.length > 0) {
      const needs = short.map(({ side, least }) => `a ${side} of ${Math.ceil(least)}`).join(" and ");
      const has = short.map(({ given }) => Math.floor(given)).join(" × ");
      warnings.add(`${name} is crowded: it needs ${needs} pixels in this size of text, not ${has}.`);
    }
    const own = { ...look, ...(title === undefined ? {} : { title }), onMissingLetters };
    const write = async (drawn: Drawing) => {
      for (const format of formats) writeAtomically(file(format), await drawn[format]());
    };
    try {
      await write(await drawing(figure, own));
    } catch (error) {
      if (!(error instanceof PlotError)) throw error;
      const higher = await drawnHigher(height, (more) => drawing(figure, { ...own, height: more }));
      if (higher && look.height === undefined) await write(higher.drawn);
      else problems.push(`${name}${higher ? noRoom(higher.height, height) : `: ${error.message}`}`);
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  status.done();
  for (const warning of warnings) console.error(`binvit: ${warning}`);
  const kinds = [...new Set(figures.flatMap(({ formats }) => formats))].map((format) => format.toUpperCase());
  const written = figures.length - problems.length;
  if (written > 0)
    status.done(`${howMany(written, "figure")}, ${kinds.join(" and ")}, in ${out}/ (${duration(seconds)})`);
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
}

const noRoom = (needed: number, height: number): string =>
  ` has no room for what it shows: it needs a height of ${needed} pixels in this size of text, not ${Math.floor(height)}.`;

/** @returns a figure that has no room, drawn as high as it has to be, pixels; undefined if no such height is found */
async function drawnHigher(
  height: number,
  draw: (height: number) => Promise<Drawing>,
): Promise<{ readonly height: number; readonly drawn: Drawing } | undefined> {
  for (let more = 1.1 * height; more < 4 * height; more *= 1.1) {
    const rounded = 10 * Math.ceil(more / 10);
    try {
      return { height: rounded, drawn: await draw(rounded) };
    } catch (error) {
      if (!(error instanceof PlotError)) throw error;
    }
  }
  return undefined;
}
