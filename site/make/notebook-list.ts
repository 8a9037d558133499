import type { Texts } from "../texts/en";
import { blocksOf, titleOf } from "./markdown";
import { type NotebookFile, numbered, runnable } from "./notebook-page";
import { type Piece, pageFile, prose, stacked } from "./page";

/** A notebook of the list. */
export interface Listed {
  readonly file: NotebookFile;
  /** Of its page. */
  readonly link: string;
  linked(markdown: string): Piece;
}

/**
 * The page that lists the notebooks, each with its goal and its runtime, in its own words.
 */
export function notebookList(notebooks: readonly Listed[], texts: Texts): Piece {
  const list = stacked([
    prose(`# ${texts.notebooks}\n\n${texts.notebooksIntroduction}`),
    ...notebooks.map((notebook) => entry(notebook, texts)),
  ]);
  return {
    markdown: list.markdown,
    files: [pageFile("/notebooks/", texts.notebooks, list.markdown), ...list.files],
  };
}

function entry({ file, link, linked }: Listed, texts: Texts): Piece {
  const head = file.notebook.cells[0].source;
  const paragraph = (label: string) =>
    blocksOf(head)
      .find((block) => block.startsWith(`**${label}.**`))
      ?.slice(label.length + 5)
      .trim();
  const [goal, runtime] = ["Goal", "Runtime"].map(paragraph);
  return stacked([
    prose(`## [${numbered(titleOf(head) ?? "", file.name)}](${link})`),
    linked(goal ?? ""),
    linked(runtime ? `*${runtime}${runnable.includes(file.name) ? ` ${texts.runsHere}` : ""}*` : ""),
  ]);
}
