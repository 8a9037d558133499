import type { MarkdownOptions } from "vitepress";
import { slugOf } from "../make/slug";
import { lightMaths } from "./light-maths";

/** How Markdown is read: as GitHub reads it, with maths. */
export const markdown: MarkdownOptions = {
  math: true,
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
  },
};
