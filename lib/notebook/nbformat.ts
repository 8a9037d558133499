import { z } from "zod";
import { NotebookError } from "../base/errors";
import { parseJson } from "../base/json";
import { withCellIds } from "./cell-ids";
import { foreignKernel } from "./foreign-kernel";

/** An output by MIME type: text, or JSON. */
export type MimeBundle = Record<string, unknown>;

/** What a cell put out, as nbformat 4 stores it. */
export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string }
  | { output_type: "display_data" | "execute_result"; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

interface AnyCell {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: string;
}

/** Prose, or a raw cell: nothing that runs. */
export interface TextCell extends AnyCell {
  readonly cell_type: "markdown" | "raw";
}

/** Code and what it put out. */
export interface CodeCell extends AnyCell {
  readonly cell_type: "code";
  readonly outputs: readonly Output[];
}

export type Cell = TextCell | CodeCell;

export const isCode = (cell: Cell): cell is CodeCell => cell.cell_type === "code";

/**
 * A notebook without anything of one run alone: no execution counts, no times.
 *
 * Whatever else its author or an editor put there (attachments, slides, tags, another kernel, keys of their own) is
 * kept: every object may hold more keys than its type names, and they are written as they were read.
 */
export interface Notebook {
  /** SHA-256 of the code the outputs belong to; absent before the first run. */
  readonly sourceSha256?: string | undefined;
  /** SHA-256 of the kit's records that the outputs were computed from, by their place (records-read.ts). */
  readonly records?: Readonly<Record<string, string>> | undefined;
  readonly cells: readonly Cell[];
  /** All else at the top of the file, `metadata` and `nbformat_minor` among it. */
  readonly rest?: NotebookRest;
}

/** What {@link Notebook} holds beside its cells. */
export interface NotebookRest {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat_minor: number;
  readonly [key: string]: unknown;
}

/** The first minor version whose cells have ids; older files get none. */
const minorWithIds = 5;

// Text is one string here; the file's lists of lines are joined on reading and split on writing.
const text = z
  .union([z.string(), z.array(z.string())], "expected text, or a list of lines")
  .transform((value) => (typeof value === "string" ? value : value.join("")));
const freeObject = z.record(z.string(), z.unknown());
const mimeBundle = freeObject.transform((bundle) => mapEntries(bundle, joinLines));
const display = { data: mimeBundle, metadata: freeObject.default({}) };

const outputSchema = z.discriminatedUnion("output_type", [
  z.looseObject({ output_type: z.literal("stream"), name: z.enum(["stdout", "stderr"]).default("stdout"), text }),
  z.looseObject({ output_type: z.literal("display_data"), ...display }),
  z.looseObject({ output_type: z.literal("execute_result"), ...display }),
  z.looseObject({
    output_type: z.literal("error"),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const anyCell = { id: z.unknown().optional(), metadata: freeObject.default({}), source: text };
const cellSchema = z.discriminatedUnion("cell_type", [
  z.looseObject({ cell_type: z.literal("code"), ...anyCell, outputs: z.array(outputSchema).default([]) }),
  z.looseObject({ cell_type: z.enum(["markdown", "raw"]), ...anyCell }),
]);

const notebookSchema = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.number().int().nonnegative(),
  metadata: z
    .looseObject({
      binvit: z
        .looseObject({ sourceSha256: z.string().optional(), records: z.record(z.string(), z.string()).optional() })
        .optional(),
    })
    .default({}),
  cells: z.array(cellSchema),
});

/**
 * Reads the text of an .ipynb file.
 *
 * @param json - content of the file
 * @param name - what messages call it
 * @returns the notebook; cells without an id, or with one that another cell has, get a new one
 * @throws NotebookError for anything but nbformat 4
 */
export function parseNotebook(json: string, name: string): Notebook {
  let data: unknown;
  try {
    data = parseJson(json);
  } catch (error) {
    throw new NotebookError(`${name} is not a notebook: ${(error as Error).message}`);
  }
  const { nbformat } = (data ?? {}) as { nbformat?: unknown };
  if (typeof nbformat === "number" && nbformat !== 4) {
    throw new NotebookError(
      `${name} has nbformat ${nbformat}, and nbformat 4 was expected: open it in Jupyter and save it, or run ` +
        "jupyter nbconvert --to notebook --inplace on it.",
    );
  }
  const parsed = notebookSchema.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new NotebookError(
      `${name} is not a valid nbformat 4 notebook at ${issue.path.join(".") || "its top level"}: ${issue.message}`,
    );
  }
  const { cells, nbformat: _, ...rest } = parsed.data;
  const uncounted = withCellIds(cells).map((cell) => {
    if (cell.cell_type !== "code") return cell as TextCell;
    return { ...withoutCount(cell), outputs: cell.outputs.map(withoutCount) } as unknown as CodeCell;
  });
  const { sourceSha256, records } = rest.metadata.binvit ?? {};
  return { sourceSha256, records, cells: uncounted, rest };
}

function withoutCount<T extends object>(counted: T): T {
  const { execution_count: _, ...rest } = counted as T & { execution_count?: unknown };
  return rest as T;
}

/** What a notebook without a kernel of its own says; the same words tslab reports to Jupyter. */
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
 * Writes a notebook as nbformat 4, laid out as Jupyter does: sorted keys, one space of indent, lines in lists.
 *
 * @returns the content of an .ipynb file; the same notebook always gives the same text
 */
export function formatNotebook(notebook: Notebook): string {
  const { sourceSha256, records, cells, rest } = notebook;
  const { metadata, nbformat_minor, ...others } = rest ?? { metadata: {}, nbformat_minor: minorWithIds };
  const { binvit, ...foreign } = metadata;
  const own = { ...(binvit as object | undefined), sourceSha256, records };
  const hasOwn = Object.values(own).some((value) => value !== undefined);
  const file = {
    ...others,
    cells: cells.map((cell) => fileCell(cell, nbformat_minor >= minorWithIds)),
    metadata: { ...(foreignKernel(notebook) ? {} : kernelMetadata), ...foreign, ...(hasOwn && { binvit: own }) },
    nbformat: 4,
    nbformat_minor,
  };
  return `${JSON.stringify(sortKeys(file), null, 1)}\n`;
}

function fileCell(cell: Cell, withId: boolean): object {
  const written = { ...cell, id: withId ? cell.id : undefined, source: lines(cell.source) };
  if (!isCode(cell)) return written;
  // Times of a run, by JupyterLab and by an extension of the classic notebook.
  const { execution: _, ExecuteTime: __, ...metadata } = cell.metadata;
  return { ...written, metadata, execution_count: null, outputs: cell.outputs.map(fileOutput) };
}

function fileOutput(output: Output): object {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return output;
  const data = mapEntries(output.data, (type, value) => {
    const splits = typeof value === "string" && /^text\/|xml$|javascript$/.test(type);
    return splits ? lines(value) : value;
  });
  return { ...output, data, ...(output.output_type === "execute_result" && { execution_count: null }) };
}

/** JSON types hold any value, and a list of texts there is a list; all others hold text, in one piece or in lines. */
function joinLines(type: string, value: unknown): unknown {
  const isJson = /[/+]json$/.test(type);
  return !isJson && Array.isArray(value) && value.every((line) => typeof line === "string") ? value.join("") : value;
}

/** Splits after each line feed, as nbformat wants it. */
function lines(value: string): string[] {
  return value.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function mapEntries(record: object, change: (key: string, value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(key, value)]));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sortKeys(member)]),
  );
}
