import { type Cell, type CodeCell, isCode } from "../../lib/notebook/nbformat";
import { outputPiece } from "./output";
import { type Piece, prose, stacked } from "./page";

/** Where the parts of a notebook are on the site. */
export interface CellContext {
  /** What the names of its pictures begin with: `/pictures/03-scaling-factors/`. */
  readonly pictures: string;
  /** Prose with links and pictures as the site has them. */
  linked(markdown: string): Piece;
}

/** A cell as it reads on a page: prose, or code and below it what it put out. */
export function cellPiece(cell: Cell, context: CellContext): Piece {
  if (!isCode(cell)) return cell.cell_type === "markdown" ? context.linked(cell.source) : prose("");
  return stacked([prose(codeBlock(cell.source)), outputsPiece(cell, context)]);
}

/**
 * A cell of code that can be run on the page.
 *
 * @param name - what it is called there: `cell 5`
 */
export function runnablePiece(cell: CodeCell, name: string, context: CellContext): Piece {
  const outputs = outputsPiece(cell, context);
  return stacked([
    prose(`<RunnableCell id="${cell.id}" name="${name}">`),
    prose(codeBlock(cell.source)),
    ...(outputs.markdown ? [prose("<template #recorded>"), outputs, prose("</template>")] : []),
    prose("</RunnableCell>"),
  ]);
}

const outputsPiece = (cell: CodeCell, { pictures }: CellContext): Piece =>
  stacked(cell.outputs.map((output, i) => outputPiece(output, `${pictures}${cell.id}${i === 0 ? "" : `-${i + 1}`}`)));

/** TypeScript between fences that are longer than any within. */
function codeBlock(source: string): string {
  if (source.trim() === "") return "";
  const longest = Math.max(2, ...(source.match(/`{3,}/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}ts\n${source.trimEnd()}\n${fence}`;
}
