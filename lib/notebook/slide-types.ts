import { type Cell, isCode, type Notebook } from "./nbformat";

/** What nbconvert knows of a cell: it begins a slide, one below it, or goes on. */
export type SlideType = "slide" | "subslide" | "-";

/**
 * Says of every cell where it stands when the notebook is shown as slides (`jupyter nbconvert --to slides`): a slide begins at each
 * title, one below it where a second piece of code would follow. Types that cells have already stay.
 *
 * A title in the midst of prose becomes the beginning of a cell of its own; code, outputs and their ids stay as they are.
 */
export function withSlideTypes(notebook: Notebook): Notebook {
  let holdsCode = false;
  const cells = notebook.cells.flatMap(atTitles).map((cell) => {
    let type: SlideType = "-";
    if (!isCode(cell)) {
      if (isTitle(cell.source)) [type, holdsCode] = ["slide", false];
    } else if (holdsCode) type = "subslide";
    else holdsCode = true;
    const { slideshow = { slide_type: type } } = cell.metadata as { slideshow?: { slide_type: SlideType } };
    return { ...cell, metadata: { ...cell.metadata, slideshow } };
  });
  return { ...notebook, cells };
}

const isTitle = (source: string): boolean => /^##? \S/.test(source);

/** Prose cut before each title outside of fenced code. */
function atTitles(cell: Cell): Cell[] {
  if (isCode(cell) || cell.cell_type !== "markdown") return [cell];
  const parts: string[][] = [[]];
  let isFenced = false;
  for (const line of cell.source.split("\n")) {
    if (/^(```|~~~)/.test(line)) isFenced = !isFenced;
    if (!isFenced && isTitle(line) && parts.at(-1)!.join("").trim() !== "") parts.push([]);
    parts.at(-1)!.push(line);
  }
  return parts.map((lines, i) => ({
    ...cell,
    id: i === 0 ? cell.id : `${cell.id}-${i + 1}`,
    source: lines.join("\n").trim(),
  }));
}
