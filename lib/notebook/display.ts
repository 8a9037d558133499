import { roundNumbers } from "../base/round-numbers";
import { describe } from "../plot/describe";
import type { Figure } from "../plot/figure";
import { openDisplay } from "./live-display";

export { showTable } from "./table";

/** Pixels of the static picture for one of the figure: sharp on a projector, about 30 KB. */
const pngScale = 1.5;

/** A larger interactive form is left out, so that notebooks stay light; characters of JSON. */
const interactiveLimit = 60_000;

/**
 * Shows a figure under the cell: interactive where that works, a static picture everywhere else, in one output.
 *
 * JupyterLab started by `npm run lab`, and VS Code, take the Plotly specification; web viewers and a JupyterLab without
 * a Plotly extension take the PNG. Figures with more than 60 KB of data (photographs, many long curves) are static only.
 * The picture has the figure's width and says in words what it shows. Outside a kernel the caption is printed.
 *
 * @param figure - what a function of `lib/plot` returned, or what was made of it since
 * @param options - width and height in pixels; the figure's own by default
 */
export async function show(figure: Figure, options: { width?: number; height?: number } = {}): Promise<void> {
  const text = describe(figure);
  // Opened before anything is awaited: it belongs to the cell that runs now.
  const display = openDisplay();
  if (!display) {
    console.log(`${figure.caption ?? text}\n(a figure; shown in a notebook, written to a file by toPng or toSvg)`);
    return;
  }
  const { toPng } = await import("../plot/export");
  const { resized } = await import("../plot/theme");
  const { indexedPng } = await import("./indexed-png");
  const sized = resized(figure, options);
  const png = await indexedPng(await toPng(sized, { scale: pngScale, onMissingLetters: console.log }));
  const interactive = interactiveForm(sized);
  const { width, height } = sized.layout;
  const bundle = {
    ...(interactive ? { "application/vnd.plotly.v1+json": interactive } : {}),
    "image/png": png.toString("base64"),
    "text/plain": text,
  };
  display(bundle, { "image/png": { width, height, alt: text } });
}

/** @returns the specification with numbers of five significant digits, or undefined if it is too large */
function interactiveForm({ data, layout }: Figure): Record<string, unknown> | undefined {
  const json = JSON.stringify(roundNumbers({ data, layout }, 5));
  if (json.length > interactiveLimit) return undefined;
  return { ...(JSON.parse(json) as Record<string, unknown>), config: { displaylogo: false } };
}

/**
 * Shows Markdown under the cell; outside a kernel it is printed as it is.
 *
 * @param text - Markdown
 */
export function showMarkdown(text: string): void {
  const display = openDisplay();
  if (display) display({ "text/markdown": text, "text/plain": text });
  else console.log(text);
}
