import { FileError } from "../../lib/base/errors";
import { plainText, titleOf } from "./markdown";
import { type Page, type Piece, pageFile } from "./page";
import type { Source } from "./sources";

/**
 * A Markdown file of the repository as a page.
 *
 * @param source - where it is, and where the page will be
 * @param markdown - its text
 * @param linked - puts links and pictures as the site has them
 * @throws FileError if it has no title
 */
export function documentPage(source: Source, markdown: string, linked: (markdown: string) => Piece): Page {
  const { file, link, group } = source;
  const title = titleOf(markdown);
  if (title === undefined) throw new FileError(`${file} has no title: a line "# Title" was expected.`);
  const piece = linked(markdown);
  return { link, title: plainText(title), group, files: [pageFile(link, title, piece.markdown), ...piece.files] };
}
