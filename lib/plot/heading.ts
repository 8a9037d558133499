import type { Layout } from "plotly.js";
import { plain } from "./plain-text";
import { plainWidth } from "./text-box";

/** What a figure is headed and explained with. */
export interface Heading {
  readonly title?: string;
  /** One or two sentences that say what to see; drawn under the title. */
  readonly caption?: string;
}

/** Colours: dark enough for a projector, lighter the less they matter. */
export const ink = { text: "#222222", muted: "#666666", frame: "#999999", grid: "#e4e4e4" } as const;

/** Sizes of text at the default 900 × 520 pixels. */
export const textSize = { title: 19, base: 16, label: 14 } as const;

/** What Plotly makes titles of axes larger by. */
const axisTitleZoom = 1.2;

/** @returns the length of an axis title, pixels */
export const axisTitleWidth = (text: string): number => plainWidth(text, axisTitleZoom * textSize.base);

/** Space at the left and right of the heading, pixels. */
export const sideMargin = 20;

/** Baseline of the first line, from the top of the figure, pixels. */
const firstBaseline = 30;

/** Font size that sets the distance between lines, 1.3 times it. */
const lineFont = 15;

/**
 * The heading as Plotly's title, its caption wrapped to the width of the figure.
 *
 * @param heading - title and caption
 * @param width - of the figure, pixels
 * @param below - height of the figure without this heading, pixels
 * @returns the title, and the height it takes at the top of the figure, pixels
 */
export function titleOf(heading: Heading, width: number, below: number): { title: Layout["title"]; height: number } {
  const { title, caption } = heading;
  const lines = (text: string | undefined, size: number) => (text ? wrap(text, width - 2 * sideMargin, size) : []);
  const texts = [
    ...lines(title, textSize.title).map((line) => `<span style="font-size:${textSize.title}px">${plain(line)}</span>`),
    ...lines(caption, textSize.label).map(
      (line) => `<span style="font-size:${textSize.label}px;color:${ink.muted}">${plain(line)}</span>`,
    ),
  ];
  const height = texts.length ? Math.round(firstBaseline + (texts.length - 1) * 1.3 * lineFont + 18) : 16;
  const place = {
    x: 0,
    xref: "container",
    xanchor: "left",
    // Anchored by its baseline: from its top, Plotly puts one line elsewhere than the first of several.
    y: 1 - firstBaseline / (height + below),
    yref: "container",
    yanchor: "bottom",
    pad: { t: 0, l: sideMargin, r: 0, b: 0 },
    font: { size: lineFont },
  };
  return { title: { text: texts.join("<br>"), ...place } as Layout["title"], height };
}

// A word, or a letter of a script that is written without spaces, with the marks that close it.
const piece =
  / ?(?:[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef][、。，．」』）】！？]*|[^ \u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef]+)/gu;

function wrap(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const [next] of text.trim().replace(/\s+/g, " ").matchAll(piece)) {
    const longer = (lines.at(-1) ?? "") + next;
    const fits = plainWidth(longer, size) <= width;
    if (lines.length && fits) lines[lines.length - 1] = longer;
    else lines.push(next.trimStart());
  }
  return lines;
}
