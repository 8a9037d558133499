import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileError } from "../base/file-error";
import { writeAtomically } from "../base/files";
import { type CodeCell, formatNotebook, isCode, type Notebook, type Output, parseNotebook } from "./nbformat";

/**
 * Reads an .ipynb file.
 *
 * @throws FileError when it cannot be read; NotebookError when it is no nbformat 4 notebook
 */
export function readNotebook(file: string): Notebook {
  return parseNotebook(readText(file), path.basename(file));
}

/**
 * Writes an .ipynb file; what was there before stays whole until the new file is.
 *
 * @throws FileError when it cannot be written
 */
export function writeNotebook(file: string, notebook: Notebook): void {
  writeAtomically(file, formatNotebook(notebook));
}

/** The same notebook as if it had never run. */
export function cleanNotebook(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => (isCode(cell) ? { ...cell, outputs: [] } : cell));
  return { ...notebook, sourceSha256: undefined, records: undefined, cells };
}

/**
 * The same notebook with other outputs.
 *
 * @param outputs - of each code cell by its id; a cell that is missing has none
 */
export function withOutputs(notebook: Notebook, outputs: ReadonlyMap<string, readonly Output[]>): Notebook {
  const cells = notebook.cells.map((cell) => (isCode(cell) ? { ...cell, outputs: outputs.get(cell.id) ?? [] } : cell));
  return { ...notebook, sourceSha256: sourceSha256(notebook), cells };
}

/** Code cells that hold code. */
export function codeCells(notebook: Notebook): CodeCell[] {
  return notebook.cells.filter(isCode).filter((cell) => cell.source.trim() !== "");
}

/** SHA-256 of the code, cell by cell; prose may change without making outputs stale. */
export function sourceSha256(notebook: Notebook): string {
  const sources = codeCells(notebook).map((cell) => cell.source);
  return createHash("sha256").update(JSON.stringify(sources)).digest("hex");
}

/** Reads a text file; a FileError when that fails. */
export function readText(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw fileError(error, `read ${file}`);
  }
}
