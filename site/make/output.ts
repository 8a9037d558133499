import { NotebookError } from "../../lib/base/errors";
import { escapeHtml } from "../../lib/base/escape-html";
import type { MimeBundle, Output } from "../../lib/notebook/nbformat";
import { type Piece, prose } from "./page";
import { type PlotlyFigure, pictureOf } from "./picture";

const plotly = "application/vnd.plotly.v1+json";

/**
 * What a cell put out, in its richest form that a page can show.
 *
 * @param output - of a notebook
 * @param link - where the site has its picture, without an ending
 * @throws NotebookError for a kind that is none of: picture, HTML table, Markdown, text
 */
export function outputPiece(output: Output, link: string): Piece {
  if (output.output_type === "stream") return textPiece(output.text);
  if (output.output_type === "error") return textPiece(output.traceback.join("\n"));
  const { data, metadata } = output;
  if (typeof data["image/png"] === "string") return figurePiece(data, metadata, link);
  if (typeof data["text/html"] === "string") return tablePiece(data["text/html"]);
  if (typeof data["text/markdown"] === "string") return prose(data["text/markdown"]);
  if (typeof data["text/plain"] === "string") return textPiece(data["text/plain"]);
  throw new NotebookError(
    `an output has ${Object.keys(data).join(", ") || "nothing"}, ` +
      "and image/png, text/html, text/markdown or text/plain was expected.",
  );
}

function figurePiece(data: MimeBundle, metadata: Record<string, unknown>, link: string): Piece {
  const { alt, width, height } = (metadata["image/png"] ?? {}) as { alt?: string; width?: number; height?: number };
  const drawn = data[plotly] as PlotlyFigure | undefined;
  return pictureOf(
    {
      png: Buffer.from(data["image/png"] as string, "base64"),
      alt: alt ?? String(data["text/plain"] ?? ""),
      width,
      height,
      figure: drawn && { data: drawn.data, layout: drawn.layout },
    },
    link,
  );
}

/** One line, as an empty one would end the HTML in Markdown; a corner without words is no heading. */
function tablePiece(html: string): Piece {
  const table = html
    .trim()
    .replace(/\s*\n\s*/g, " ")
    .replace(/<th([^>]*)><\/th>/g, "<td$1></td>");
  if (!/^<table[\s>].*<\/table>$/.test(table)) {
    throw new NotebookError(`an output has HTML that is no table: ${table.slice(0, 60)} …`);
  }
  return prose(`<div class="table-scroll output" v-pre>${table}</div>`);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are coloured by them
const terminalCodes = /\u001b\[[0-9;]*[A-Za-z]/g;

function textPiece(text: string): Piece {
  const shown = escapeHtml(text.replace(terminalCodes, "").replace(/\n$/, ""));
  return prose(shown && `<pre class="output" v-pre>${shown}</pre>`);
}
