import { describe } from "../plot/describe";
import type { Figure } from "../plot/figure";
import { openDisplay } from "./live-display";

export { showTable } from "./table";

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
  const { resized } = await import("../plot/theme");
  const { shownFigure } = await import("./pictures");
  display(...(await shownFigure(resized(figure, options), text)));
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
