import { roundNumbers } from "../base/round-numbers";
import type { factsOf } from "../plot/diagrams/index";
import type { Figure } from "../plot/figure";
import { indexedPng } from "./indexed-png";
import type { MimeBundle } from "./nbformat";

/** What a cell shows: forms by MIME type, and what is to be known of them. */
export type Shown = [bundle: MimeBundle, metadata?: Readonly<Record<string, object>>];

/** Pixels of the static picture for one of the figure: sharp on a projector, about 30 KB. */
const pngScale = 1.5;

/** A larger interactive form is left out, so that notebooks stay light; characters of JSON. */
const interactiveLimit = 60_000;

/** @returns a figure as a PNG file, and as Plotly's specification unless it is too large */
export async function shownFigure(figure: Figure, alt: string): Promise<Shown> {
  const { toPng } = await import("../plot/export");
  const png = await indexedPng(await toPng(figure, { scale: pngScale, onMissingLetters: console.log }));
  const { width, height } = figure.layout;
  const bundle = { ...interactiveForm(figure), "image/png": png.toString("base64"), "text/plain": alt };
  return [bundle, { "image/png": { width, height, alt } }];
}

/** With numbers of five significant digits. */
function interactiveForm({ data, layout }: Figure): MimeBundle {
  const json = JSON.stringify(roundNumbers({ data, layout }, 5));
  if (json.length > interactiveLimit) return {};
  return { "application/vnd.plotly.v1+json": { ...JSON.parse(json), config: { displaylogo: false } } };
}

/** @returns an SVG file as a PNG file, as web viewers empty an SVG for safety */
export async function shownDrawing(svg: string, facts: ReturnType<typeof factsOf>): Promise<Shown> {
  const { description, width, height } = facts;
  const { svgToPng } = await import("../plot/export");
  const png = await indexedPng(svgToPng(svg, { scale: pngScale }));
  const bundle = { "image/png": png.toString("base64"), "text/plain": description };
  return [bundle, { "image/png": { width, height, alt: description } }];
}
