import { FileError } from "../../lib/base/errors";
import { blocksOf, sectionsOf } from "./markdown";
import { type Piece, prose } from "./page";

/** What the home page takes from the README, each a file that `site/pages/index.md` includes. */
export type HomePart = "introduction" | "two-lines" | "notebooks";

/**
 * Takes from the README what the home page says.
 *
 * @param readme - its Markdown
 * @returns what the kit is with its main figure, how it is installed, and the table of notebooks
 * @throws FileError if the README has no such part
 */
export function homeParts(readme: string): Record<HomePart, Piece> {
  const sections = sectionsOf(readme);
  const found = (part: string, markdown: string | undefined): Piece => {
    if (!markdown) throw new FileError(`README.md has no ${part}, which the site's home page shows.`);
    return prose(markdown);
  };
  const head = sections[0].markdown.replace(/^# .*$/m, "").trim();
  const twoLines = sections.find(({ heading }) => heading === "The two lines")?.markdown ?? "";
  const table = sections
    .flatMap(({ markdown }) => blocksOf(markdown))
    .find((block) => block.startsWith("| notebook |"));
  return {
    introduction: found("introduction", head),
    // What is needed, the commands, and what they do; the commands for those who change the kit follow.
    "two-lines": found('section "The two lines"', blocksOf(twoLines).slice(0, 3).join("\n\n")),
    notebooks: found("table of notebooks", table),
  };
}
