import type { MarkdownRenderer } from "vitepress";

/** Glyphs of a page by their outlines. */
type Glyphs = Map<string, string>;

/**
 * Makes MathJax' formulas light: each glyph is in a page once, and what is the same in all of them is in the style sheet.
 *
 * A formula brings the outline of every letter, and styles that keep Vue from leaving it out of a page's JavaScript: of
 * notebook 03 they were 60 of 83 kB compressed, and then the same again.
 */
export function lightMaths(md: MarkdownRenderer): void {
  for (const name of ["math_inline", "math_block"]) {
    const formula = md.renderer.rules[name]!;
    md.renderer.rules[name] = (tokens, index, options, env, self) =>
      withGlyphs(withoutStyles(formula(tokens, index, options, env, self)), (env as { glyphs?: Glyphs }).glyphs);
  }
  const render = md.render.bind(md);
  md.render = (source, env = {}) => {
    const glyphs: Glyphs = new Map();
    return render(source, Object.assign(env, { glyphs })) + sheetOf(glyphs);
  };
}

/** The place on the line stays, as a property that the style sheet uses; all else is there already. */
function withoutStyles(html: string): string {
  const [, shift = "0"] = /<svg style="[^"]*vertical-align: *([^;"]*)/.exec(html) ?? [];
  const kind = /^<mjx-container[^>]* display="true"/.test(html) ? "maths is-block" : "maths";
  return html
    .replace(/ (style|role|unselectable|focusable|data-mml-node|data-mjx-texclass)="[^"]*"/g, "")
    .replace(/<mjx-assistive-mml[^>]*>/, "<mjx-assistive-mml>")
    .replace(/^<mjx-container[^>]*>/, `<mjx-container class="${kind}" style="--shift:${shift}">`);
}

/** A glyph's outline is drawn where the sheet at the end of the page has it; a summary is no page, and keeps its own. */
function withGlyphs(html: string, glyphs: Glyphs | undefined): string {
  if (!glyphs) return html;
  return html.replace(/<path data-c="([^"]*)" d="([^"]*)"\s*(?:\/>|><\/path>)/g, (_, code: string, outline: string) => {
    // The same letter is another glyph in italics, or in another size.
    if (!glyphs.has(outline)) glyphs.set(outline, `glyph-${code}-${glyphs.size}`);
    return `<use href="#${glyphs.get(outline)}"></use>`;
  });
}

function sheetOf(glyphs: Glyphs): string {
  if (glyphs.size === 0) return "";
  const paths = Array.from(glyphs, ([outline, id]) => `<path id="${id}" d="${outline}"></path>`);
  return `\n<svg class="glyphs" width="0" height="0" aria-hidden="true"><defs>${paths.join("")}</defs></svg>\n`;
}
