/** A link or a picture in Markdown, without its brackets. */
export interface MarkdownLink {
  readonly isPicture: boolean;
  readonly text: string;
  readonly target: string;
}

// Code first, so that nothing in it is taken for a link; then [text](target), whose text may hold one pair of brackets.
const codeOrLink =
  /^( *)(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?\1\2[^\n]*$|(`+)(?!`)[\s\S]*?(?<!`)\3(?!`)|(!?)\[((?:[^[\]]|\[[^[\]]*\])*)\]\(([^()\s]+)\)|\{\{/gm;

/**
 * Changes every link and picture of a Markdown text; code stays as it is.
 *
 * Two braces in prose, which a Vue template would take for its own, become entities.
 *
 * @param markdown - a text
 * @param change - from a link to the Markdown in its place
 */
export function withLinks(markdown: string, change: (link: MarkdownLink) => string): string {
  return markdown.replace(codeOrLink, (whole, _indent, _fence, _ticks, mark, text, target) => {
    if (whole === "{{") return "&#123;&#123;";
    return target === undefined ? whole : change({ isPicture: mark === "!", text, target });
  });
}

/** A heading of the second level and what follows it; the first section of a text may have none. */
export interface Section {
  readonly heading: string | undefined;
  readonly markdown: string;
}

/** Splits Markdown before every `## `, but for those in fenced code. */
export function sectionsOf(markdown: string): Section[] {
  const sections: { heading: string | undefined; lines: string[] }[] = [{ heading: undefined, lines: [] }];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const [mark] = /^(`{3,}|~{3,})/.exec(line) ?? [];
    if (mark && (fence === undefined || line.startsWith(fence))) fence = fence === undefined ? mark : undefined;
    const heading = fence === undefined ? /^## +(.*)$/.exec(line)?.[1] : undefined;
    if (heading === undefined) sections.at(-1)!.lines.push(line);
    else sections.push({ heading, lines: [] });
  }
  return sections
    .map(({ heading, lines }) => ({ heading, markdown: lines.join("\n").trim() }))
    .filter(({ heading, markdown: text }) => heading !== undefined || text !== "");
}

/** Paragraphs, tables, lists and fenced code: what empty lines part. */
export function blocksOf(markdown: string): string[] {
  return markdown
    .split(/(^(?:`{3,})[^\n]*\n[\s\S]*?\n`{3,}$)|\n{2,}/m)
    .map((block) => block?.trim())
    .filter((block): block is string => Boolean(block));
}

/** @returns the text of the first heading, or undefined */
export const titleOf = (markdown: string): string | undefined => /^# +(.+)$/m.exec(markdown)?.[1].trim();

/** @returns Markdown without its marks, as it reads in a browser's tab */
export const plainText = (markdown: string): string =>
  markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_`$\\]/g, "");
