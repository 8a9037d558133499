import { NotebookError } from "../../lib/base/errors";
import { type Cell, isCode, type Notebook } from "../../lib/notebook/nbformat";
import type { Texts } from "../texts/en";
import { type CellContext, cellPiece, runnablePiece } from "./cell";
import { exerciseList } from "./exercises";
import { plainText, sectionsOf, titleOf } from "./markdown";
import { type Page, type Piece, pageFile, prose, publicFile, stacked } from "./page";
import { type Solutions, takeApart } from "./solutions";

/** A notebook file. */
export interface NotebookFile {
  /** `03-scaling-factors` */
  readonly name: string;
  /** The text of the .ipynb file, as it is downloaded. */
  readonly json: string;
  readonly notebook: Notebook;
}

/** Notebooks whose cells run on their pages: they need neither files nor records, and end in less than two minutes. */
export const runnable: readonly string[] = [
  "01-vision-transformer",
  "02-binarization",
  "03-scaling-factors",
  "04-binarize-mlp",
  "05-binarize-mhsa",
];

/** What else it takes to make a page of a notebook. */
export interface NotebookContext {
  readonly link: string;
  readonly solutions?: NotebookFile | undefined;
  readonly texts: Texts;
  linked: CellContext["linked"];
  /** The same for links of the solutions, which lie in a folder of their own; `linked` if left out. */
  linkedInSolutions?: CellContext["linked"];
}

/**
 * A notebook as a page: its cells in their order, with the solutions folded below the exercises.
 *
 * @throws NotebookError if its first cell has no title
 */
export function notebookPage({ name, json, notebook }: NotebookFile, context: NotebookContext): Page {
  const { link, solutions, texts, linked, linkedInSolutions = linked } = context;
  const title = titleOf(notebook.cells[0]?.source ?? "");
  if (title === undefined) throw new NotebookError(`${name} has no title: a first cell with "# Title" was expected.`);
  const cells: CellContext = { pictures: `/pictures/${name}/`, linked };
  const answers = solutions && {
    ...takeApart(solutions.notebook, `solutions/${name}`),
    context: { pictures: `${cells.pictures}solution-`, linked: linkedInSolutions },
  };
  const isRunnable = runnable.includes(name);
  let count = 0;
  const body = stacked(
    notebook.cells.map((cell) =>
      isRunnable && isCode(cell)
        ? runnablePiece(cell, texts.cell(++count), cells)
        : withSolutions(cell, cells, answers, texts),
    ),
  );
  const files = [publicFile(`/files/${name}.ipynb`, json)];
  const downloads = [`<FileLink href="/files/${name}.ipynb">${texts.downloadNotebook}</FileLink>`];
  if (solutions) {
    files.push(publicFile(`/files/${name}-solutions.ipynb`, solutions.json));
    downloads.push(`<FileLink href="/files/${name}-solutions.ipynb">${texts.downloadSolutions}</FileLink>`);
  }
  downloads.push(`<a href="?slides">${texts.slides}</a>`);
  // After the title, a function as `$` means something in a replacement.
  const below = `<p class="downloads">${downloads.join("")}</p>${isRunnable ? "\n\n<NotebookControls />" : ""}`;
  const markdown = body.markdown.replace(/^# .*$/m, (heading) => `${heading}\n\n${below}`);
  const plain = numbered(plainText(title), name);
  return { link, title: plain, group: "notebooks", files: [pageFile(link, plain, markdown), ...body.files, ...files] };
}

/** A title with the number that its file has, which some have themselves. */
export const numbered = (title: string, name: string): string => {
  const [number] = name.split("-", 1);
  return title.startsWith(number) ? title : `${number} · ${title}`;
};

/** A cell; where it is prose with a section of exercises, each with its solution. */
function withSolutions(cell: Cell, context: CellContext, answers: Answers | undefined, texts: Texts): Piece {
  if (isCode(cell) || !answers) return cellPiece(cell, context);
  return stacked(
    sectionsOf(cell.source).map(({ heading, markdown }) =>
      heading === "Exercises"
        ? exercisesPiece(markdown, context, answers, texts)
        : context.linked(heading === undefined ? markdown : `## ${heading}\n\n${markdown}`),
    ),
  );
}

/** Solutions, and how their cells are put on the page. */
type Answers = Solutions & { readonly context: CellContext };

function exercisesPiece(markdown: string, context: CellContext, answers: Answers, texts: Texts): Piece {
  const { before, exercises, after } = exerciseList(markdown);
  const folded = (title: string, cells: readonly Cell[]): Piece[] => [
    prose(`::::: details ${title}`),
    ...cells.map((cell) => cellPiece(cell, answers.context)),
    prose(":::::"),
  ];
  const items = exercises.flatMap(({ number, text }) => {
    const solution = answers.byExercise.get(number);
    const item = context.linked(`${number}. ${text.replace(/\n(?=.)/g, "\n   ")}`);
    return solution ? [item, ...folded(texts.solution(number, solution.title), solution.cells)] : [item];
  });
  const setUp = answers.setUp.some(isCode) ? folded(texts.setUp, answers.setUp) : [];
  // The solutions are here, and below the page its neighbours, so that no line need say where they are.
  const rest = after.replace(/^\[Solutions\]\(solutions\/[^)]*\).*$/m, "");
  return stacked([prose("## Exercises"), context.linked(before), ...items, ...setUp, context.linked(rest)]);
}
