import { NotebookError } from "../../lib/base/errors";
import { type Cell, isCode, type Notebook } from "../../lib/notebook/nbformat";
import { sectionsOf } from "./markdown";

/** The worked answer to one exercise. */
export interface Solution {
  readonly title: string;
  readonly cells: readonly Cell[];
}

/** A notebook of solutions, taken apart. */
export interface Solutions {
  /** Code and prose before the first of them, which all build on. */
  readonly setUp: readonly Cell[];
  readonly byExercise: ReadonlyMap<number, Solution>;
}

/**
 * Takes a notebook of solutions apart at its headings: `## 3 · Title`, `## 3. Title` or `## Exercise 3 · Title`.
 *
 * Its first cell says which notebook it belongs to, which a page need not.
 *
 * @param notebook - of solutions
 * @param name - what messages call it
 * @throws NotebookError for a heading without a number, and for a number that comes twice
 */
export function takeApart(notebook: Notebook, name: string): Solutions {
  const setUp: Cell[] = [];
  const byExercise = new Map<number, { title: string; cells: Cell[] }>();
  let cells = setUp;
  for (const cell of notebook.cells.slice(1)) {
    if (isCode(cell)) {
      cells.push(cell);
      continue;
    }
    for (const { heading, markdown } of sectionsOf(cell.source)) {
      if (heading !== undefined) {
        const [, number, title] = /^(?:Exercise )?(\d+)(?: ·|\.) +(.+)$/.exec(heading) ?? [];
        if (number === undefined || byExercise.has(Number(number))) {
          throw new NotebookError(`${name} has the heading "${heading}", and one such as "3 · Title" was expected.`);
        }
        cells = [];
        byExercise.set(Number(number), { title, cells });
      }
      if (markdown) cells.push({ ...cell, source: markdown });
    }
  }
  return { setUp, byExercise };
}
