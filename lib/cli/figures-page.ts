import type { Figure } from "../plot/figure";
import { type KeptSource, keptFormats } from "./kept-sources";
import { diagramsSection } from "./write-diagrams";

/**
 * The page that lists kept figures: files, what to see in each, and the commands that made the records.
 *
 * @param sources - in their order
 * @returns Markdown
 */
export const figuresPage = (sources: readonly KeptSource[]): string =>
  `${[opening, ...sources.map(section), diagramsSection()].join("\n\n")}\n`;

const opening = `# Figures

\`npx binvit figures\` draws all of these from records alone, without training, and writes this page; a test compares every
byte. SVG is for papers and the web, PNG (1800 pixels wide) for slides; figures with many curves are kept as SVG alone.
[docs/figures.md](../docs/figures.md) says how to draw them in other sizes, on dark, as PDF, and of your own runs.`;

const section = (source: KeptSource): string =>
  [
    `## ${source.folder}`,
    `${source.about} Drawn from [${source.records}](../${source.records}), made by:`,
    ["```", ...source.madeBy, "```"].join("\n"),
    ["| figure | shows | what to see |", "|---|---|---|", ...Object.entries(source.drawn).map(row(source))].join("\n"),
  ].join("\n\n");

const row =
  ({ folder }: KeptSource) =>
  ([name, { layout, caption = "" }]: [string, Figure]): string => {
    const files = keptFormats(`${folder}/${name}`).map((format) => `[${format}](${folder}/${name}.${format})`);
    return `| ${[`\`${name}\` ${files.join(" ")}`, layout.meta?.title ?? "", caption].map(cell).join(" | ")} |`;
  };

const cell = (text: string): string => text.replaceAll("|", "\\|");
