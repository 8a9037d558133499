import { z } from "zod";
import { NotebookError } from "../errors";
import { parseJson } from "../json";

/** An output by MIME type: text, or a JSON object. */
export type MimeBundle = Record<string, string | Record<string, unknown>>;

/** What a cell put out, as nbformat 4 stores it. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data" | "execute_result"; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

interface AnyCell {
  readonly id: string;
  readonly metadata: { readonly tags?: string[] | undefined };
  readonly source: string;
}

/** Prose. */
export interface MarkdownCell extends AnyCell {
  readonly cell_type: "markdown";
}

/** Code and what it put out. */
export interface CodeCell extends AnyCell {
  readonly cell_type: "code";
  readonly outputs: readonly Output[];
}

export type Cell = MarkdownCell | CodeCell;

export const isCode = (cell: Cell): cell is CodeCell => cell.cell_type === "code";

/** A notebook without anything volatile: no execution counts, no editor state. */
export interface Notebook {
  /** SHA-256 of the code the outputs belong to; absent before the first run. */
  readonly sourceSha256?: string | undefined;
  readonly cells: readonly Cell[];
}

// Text is one string here; the file's lists of lines are joined on reading and split on writing.
const text = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? value : value.join("")));
const mimeValue = z.union([text, z.record(z.string(), z.unknown())]);
const mimeBundle = z.record(z.string(), mimeValue);
const freeObject = z.record(z.string(), z.unknown());

const outputSchema = z.discriminatedUnion("output_type", [
  z.object({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]), text }),
  z.object({ output_type: z.literal("display_data"), data: mimeBundle, metadata: freeObject }),
  z.object({ output_type: z.literal("execute_result"), data: mimeBundle, metadata: freeObject }),
  z.object({ output_type: z.literal("error"), ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) }),
]);

const cellId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const cellMetadata = z.object({ tags: z.array(z.string()).optional() });
const cellSchema = z.discriminatedUnion("cell_type", [
  z.object({
    cell_type: z.literal("code"),
    id: cellId.optional(),
    metadata: cellMetadata,
    source: text,
    outputs: z.array(outputSchema),
  }),
  z.object({ cell_type: z.literal("markdown"), id: cellId.optional(), metadata: cellMetadata, source: text }),
]);

const notebookSchema = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.number().int().nonnegative(),
  metadata: z.object({ binvit: z.object({ sourceSha256: z.string() }).optional() }),
  cells: z.array(cellSchema),
});

/**
 * Reads the text of an .ipynb file.
 *
 * @param json - content of the file
 * @param name - what messages call it
 * @returns the notebook; cells without an id get `cell-1`, `cell-2`, … by position
 * @throws NotebookError for anything but nbformat 4, and for two cells with one id
 */
export function parseNotebook(json: string, name: string): Notebook {
  let data: unknown;
  try {
    data = parseJson(json);
  } catch (error) {
    throw new NotebookError(`${name} is not a notebook: ${(error as Error).message}`);
  }
  const parsed = notebookSchema.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new NotebookError(
      `${name} is not a valid nbformat 4 notebook at ${issue.path.join(".") || "its top level"}: ${issue.message}`,
    );
  }
  const cells = parsed.data.cells.map((cell, index): Cell => ({ ...cell, id: cell.id ?? `cell-${index + 1}` }));
  const seen = new Set<string>();
  for (const { id } of cells) {
    if (seen.has(id))
      throw new NotebookError(`${name} has two cells with the id ${id}: expected each once; rename one`);
    seen.add(id);
  }
  return { sourceSha256: parsed.data.metadata.binvit?.sourceSha256, cells };
}

/** What every notebook of the kit says about its kernel; the same words tslab reports to Jupyter. */
const kernelMetadata = {
  kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2",
  },
};

/**
 * Writes a notebook as nbformat 4.5, laid out as Jupyter does: sorted keys, one space of indent, lines in lists.
 *
 * @returns the content of an .ipynb file; the same notebook always gives the same text
 */
export function formatNotebook(notebook: Notebook): string {
  const { sourceSha256 } = notebook;
  const file = {
    cells: notebook.cells.map((cell) => {
      const source = lines(cell.source);
      if (cell.cell_type === "markdown") return { ...cell, source };
      return { ...cell, source, execution_count: null, outputs: cell.outputs.map(fileOutput) };
    }),
    metadata: { ...kernelMetadata, ...(sourceSha256 && { binvit: { sourceSha256 } }) },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(sortKeys(file), null, 1)}\n`;
}

function fileOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([type, value]) => {
      const splits = typeof value === "string" && /^text\/|xml$|javascript$/.test(type);
      return [type, splits ? lines(value) : value];
    }),
  );
  return { ...output, data, ...(output.output_type === "execute_result" && { execution_count: null }) };
}

/** Splits after each line feed, as nbformat wants it. */
function lines(value: string): string[] {
  return value.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sortKeys(member)]),
  );
}
