/** What a slide can begin with, or hold one of; a lead is a text that says what comes next. */
export type Block = "title" | "code" | "picture" | "text" | "lead";

/**
 * Cuts a page into slides: a new one at each title, and where a second piece of code or picture would follow, with what
 * leads to it.
 *
 * @param blocks - the page's parts, in their order
 * @returns indices of the parts of each slide
 */
export function cutSlides(blocks: readonly Block[]): number[][] {
  const slides: number[][] = [];
  for (const [i, block] of blocks.entries()) {
    const current = slides.at(-1);
    const held = current?.map((at) => blocks[at]) ?? [];
    const isFull =
      block === "code"
        ? held.includes("code") || held.includes("picture")
        : block === "picture" && held.includes("picture");
    if (!current || block === "title") slides.push([i]);
    else if (isFull) slides.push(blocks[i - 1] === "lead" ? [current.pop()!, i] : [i]);
    else current.push(i);
  }
  return slides;
}

/** What a part of a page is to its slide. */
export function blockOf(element: Element): Block {
  if (/^H[12]$/.test(element.tagName)) return "title";
  if (element.matches(".runnable-cell, [class*='language-']:not(.output)")) return "code";
  if (element.matches("figure, svg, canvas") || element.querySelector("figure")) return "picture";
  return element.textContent?.trimEnd().endsWith(":") ? "lead" : "text";
}

/** A page shown as slides. */
export interface Slides {
  readonly count: number;
  /** Shows one, from 0; numbers beyond the ends are the ends, what is no number is the first. @returns which */
  show(index: number): number;
  /** The page as it was. */
  stop(): void;
}

/** @param elements - those of the page, one after the other; what only holds the outlines of its formulas is on no slide */
export function startSlides(elements: readonly HTMLElement[]): Slides {
  const parts = elements.filter((element) => !element.matches(".glyphs"));
  const slides = cutSlides(parts.map(blockOf));
  return {
    count: slides.length,
    show(index) {
      const shown = Math.max(0, Math.min(slides.length - 1, Math.trunc(index) || 0));
      const visible = new Set(slides[shown]);
      for (const [i, part] of parts.entries()) part.classList.toggle("off-slide", !visible.has(i));
      return shown;
    },
    stop() {
      for (const part of parts) part.classList.remove("off-slide");
    },
  };
}

/** What is seen of a page, in pixels. */
export interface View {
  /** How much is above it. */
  readonly top: number;
  /** How high it is. */
  readonly screen: number;
  /** How high the page is. */
  readonly height: number;
}

/** How much of a page may be out of sight, as it is nothing but its margin. */
const margin = 24;

export const isMoreAbove = ({ top }: View): boolean => top > margin;

export const isMoreBelow = ({ top, screen, height }: View): boolean => height - screen - top > margin;

/** How far from its top a page is after a screen more, down (1) or up (-1); the lines at the edge stay in sight. */
export const aScreenOn = ({ top, screen, height }: View, direction: 1 | -1): number =>
  Math.max(0, Math.min(height - screen, top + direction * 0.8 * screen));
