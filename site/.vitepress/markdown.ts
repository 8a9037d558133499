import type { MarkdownOptions } from "vitepress";
import { slugOf } from "../make/slug";
import { lightMaths } from "./light-maths";

/** How Markdown is read: as GitHub reads it, with maths. */
export const markdown: MarkdownOptions = {
  math: true,
  // The others are paler than 4.5:1 on their ground, which is the least that small text needs.
  theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  // Braces mean sets here, "{0, 1}", not attributes.
  attrs: { disable: true },
  anchor: { slugify: slugOf },
  image: { lazyLoading: true },
  config(md) {
    md.disable("emoji");
    lightMaths(md);
    // The table keeps its role in the page, and what is around it scrolls.
    md.renderer.rules.table_open = () => '<div class="table-scroll"><table>\n';
    md.renderer.rules.table_close = () => "</table></div>\n";
    md.core.ruler.push("empty_corner", ({ tokens }) => emptyHeadersAsCells(tokens));
  },
};

/** The corner of a table with names at both sides is no heading. */
function emptyHeadersAsCells(tokens: readonly { type: string; tag: string; content: string }[]): void {
  tokens.forEach(({ type }, i) => {
    if (type !== "th_open" || tokens[i + 1].content !== "") return;
    for (const part of [tokens[i], tokens[i + 2]]) part.tag = "td";
  });
}
