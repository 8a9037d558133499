import type { LibrarySection } from "./library-sections";
import { type Page, pageFile } from "./page";

/**
 * What TypeDoc wrote of a part of the library, as a page of the site.
 *
 * @param section - which part
 * @param markdown - TypeDoc's
 */
export function libraryPage({ name, title }: LibrarySection, markdown: string): Page {
  const link = `/api/${name}`;
  const from = title.startsWith("binvit/") ? title : "binvit";
  const body = withFoundAnchors(markdown)
    .replace(/^# .*\n/, "")
    .replace(/\]\(([\w-]+)\.md(#[\w-]+)?\)/g, "](/api/$1$2)")
    // A rule between any two is one more line than their headings need.
    .replace(/^\*\*\*\n\n/gm, "");
  const head = `# ${title}\n\n\`import { … } from "${from}"\``;
  return { link, title, group: "library", files: [pageFile(link, title, `${head}\n\n${body}`, 2)] };
}

/** TypeDoc numbers headings that it does not write, so that `#state-1` may mean the only one. */
function withFoundAnchors(markdown: string): string {
  const headings = Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading]) => heading.toLowerCase());
  return markdown.replace(/\]\(#(\w+)-(\d+)\)/g, (link, anchor: string, number: string) => {
    const there = headings.filter((heading) => heading.replace(/\W/g, "") === anchor).length;
    return there > Number(number) ? link : `](#${anchor})`;
  });
}
