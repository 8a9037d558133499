/** A file below `site/generated`, with slashes: a page in Markdown, a picture, or what can be downloaded. */
export interface PageFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Markdown, and the files it shows or links to. */
export interface Piece {
  readonly markdown: string;
  readonly files: readonly PageFile[];
}

/** One above the other, with an empty line between them. */
export const stacked = (pieces: readonly Piece[]): Piece => ({
  markdown: pieces
    .map(({ markdown }) => markdown.trim())
    .filter(Boolean)
    .join("\n\n"),
  files: pieces.flatMap(({ files }) => files),
});

/** Markdown alone. */
export const prose = (markdown: string): Piece => ({ markdown, files: [] });

/** Groups of the sidebar, in their order. */
export const groups = ["notebooks", "documents", "library", "kit"] as const;

/** A page of the site, made from a file of the repository. */
export interface Page {
  /** Where the site has it, without base and ending: `/notebooks/03-scaling-factors`. */
  readonly link: string;
  readonly title: string;
  readonly group: (typeof groups)[number];
  /** The page itself, its pictures and downloads. */
  readonly files: readonly PageFile[];
}

/**
 * A page's Markdown file.
 *
 * @param link - of the page
 * @param title - for the browser's tab and for search
 * @param markdown - with the title as its first heading
 * @param outline - levels of headings in its table of contents, if not those of every page
 */
export const pageFile = (link: string, title: string, markdown: string, outline?: number): PageFile => ({
  path: `${link.slice(1)}${link.endsWith("/") ? "index" : ""}.md`,
  content: `---\ntitle: ${JSON.stringify(title)}\n${outline ? `outline: ${outline}\n` : ""}---\n\n${markdown.trim()}\n`,
});

/** What stands in a page and is served beside it is below `public/`, as VitePress has it. */
export const publicFile = (link: string, content: string | Uint8Array): PageFile => ({
  path: `public${link}`,
  content,
});
