import * as fs from "node:fs";
import * as path from "node:path";
import { NotebookError } from "../base/errors";
import { codeCells, readText, sourceSha256 } from "./document";
import { isSolution, notebookName } from "./find";
import { foreignKernel } from "./foreign-kernel";
import { type Cell, formatNotebook, isCode, type Notebook, parseNotebook } from "./nbformat";
import { changedRecords } from "./records-read";

/** Largest file a web viewer shows without trouble, bytes. */
const maxBytes = 400 * 1024;
/** Longest cell that fits a projector, lines. */
const maxLines = 40;

/**
 * Checks a notebook without running it.
 *
 * @param file - path of the .ipynb file
 * @returns what is wrong with it, a sentence each; nothing when all is well
 * @throws FileError when it cannot be read
 */
export function checkNotebook(file: string): string[] {
  const text = readText(file);
  let notebook: Notebook;
  try {
    notebook = parseNotebook(text, path.basename(file));
  } catch (error) {
    if (error instanceof NotebookError) return [error.message];
    throw error;
  }
  // What runs elsewhere is not this kit's to judge.
  if (foreignKernel(notebook)) return [];
  return [
    ...checkOutputs(notebook, file),
    ...checkShape(notebook),
    ...checkPictures(notebook),
    ...checkSolutions(notebook, file),
    ...checkFile(notebook, text, file),
  ];
}

/** A command that can be typed as it stands. */
function command(subcommand: string, file: string): string {
  const name = notebookName(file);
  return `npx binvit notebooks ${subcommand} ${/^[\w./\\:-]+$/.test(name) ? name : `"${name}"`}`;
}

function checkOutputs(notebook: Notebook, file: string): string[] {
  if (notebook.sourceSha256 === undefined) return [`never ran: run ${command("run", file)}`];
  if (notebook.sourceSha256 !== sourceSha256(notebook)) return [`outputs are stale: run ${command("run", file)}`];
  const changed = changedRecords(notebook.records ?? {});
  if (changed.length > 0) {
    return [`outputs are of other records than ${changed.join(" and ")} now: run ${command("run", file)}`];
  }
  return codeCells(notebook).flatMap((cell, index) => {
    const bad = cell.outputs.some(
      (output) => output.output_type === "error" || (output.output_type === "stream" && output.name === "stderr"),
    );
    return bad ? [`code cell ${index + 1} shows an error`] : [];
  });
}

function checkShape(notebook: Notebook): string[] {
  const [first] = notebook.cells;
  const problems =
    first?.cell_type === "markdown" && /^# \S/.test(first.source) ? [] : ["the first cell is not a title (# …)"];
  for (const [index, cell] of codeCells(notebook).entries()) {
    const lines = cell.source.trimEnd().split("\n").length;
    if (lines > maxLines)
      problems.push(`code cell ${index + 1} has ${lines} lines, at most ${maxLines} fit a projector`);
  }
  return problems;
}

/** A section that shows a figure needs a static picture: web viewers run no scripts. */
function checkPictures(notebook: Notebook): string[] {
  return sections(notebook).flatMap(({ title, cells }) => {
    const code = cells.filter(isCode);
    const shows = code.some((cell) => /\bshow\(/.test(cell.source));
    const outputs = code.flatMap((cell) => cell.outputs);
    const hasPicture = outputs.some((output) => "data" in output && "image/png" in output.data);
    return shows && !hasPicture ? [`section "${title}" calls show() but holds no picture (image/png)`] : [];
  });
}

function checkSolutions(notebook: Notebook, file: string): string[] {
  const hasExercises = notebook.cells.some(
    (cell) => cell.cell_type === "markdown" && /^#+ .*\bexercises?\b/im.test(cell.source),
  );
  const solutions = path.join(path.dirname(file), "solutions", path.basename(file));
  if (!hasExercises || isSolution(file)) return [];
  const name = `solutions/${path.basename(file)}`;
  if (!fs.existsSync(solutions)) return [`has exercises, but there is no ${name}`];
  const isLinked = notebook.cells.some((cell) => cell.cell_type === "markdown" && cell.source.includes(`](${name})`));
  return isLinked ? [] : [`has exercises, but does not link ${name}`];
}

function checkFile(notebook: Notebook, text: string, file: string): string[] {
  const problems: string[] = [];
  const bytes = Buffer.byteLength(text);
  if (bytes > maxBytes) problems.push(`${Math.ceil(bytes / 1024)} KB, at most ${maxBytes / 1024} read well on the web`);
  // Spelled as formatNotebook spells it: other programs write the same numbers otherwise, 5e-05 for 0.00005.
  if (formatNotebook(notebook) !== `${JSON.stringify(JSON.parse(text.replace(/^\uFEFF/, "")), null, 1)}\n`) {
    problems.push(
      "holds execution counts or times of a run, or is laid out otherwise: " +
        `run ${command("run --force", file)} or ${command("clean", file)}`,
    );
  }
  return problems;
}

/** The parts below `## …` titles; what comes before the first is not one. */
function sections(notebook: Notebook): { title: string; cells: Cell[] }[] {
  const found: { title: string; cells: Cell[] }[] = [];
  for (const cell of notebook.cells) {
    const title = cell.cell_type === "markdown" ? /^## +(.+)$/m.exec(cell.source)?.[1] : undefined;
    if (title !== undefined) found.push({ title, cells: [] });
    found.at(-1)?.cells.push(cell);
  }
  return found;
}
