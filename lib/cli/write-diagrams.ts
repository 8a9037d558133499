import { join } from "node:path";
import { writeAtomically } from "../base/files";
import { diagrams } from "../plot/diagrams/index";

/** @returns path within the folder of figures, and text, of every diagram, light and dark */
export const diagramFiles = (): { path: string; svg: string }[] =>
  Object.entries(diagrams).flatMap(([name, draw]) => [
    { path: `diagrams/${name}.svg`, svg: draw() },
    { path: `diagrams/${name}-dark.svg`, svg: draw({ isDark: true }) },
  ]);

/** Writes the diagrams into a folder of figures. */
export function writeDiagrams(out: string): void {
  for (const { path, svg } of diagramFiles()) writeAtomically(join(out, ...path.split("/")), svg);
}

/** The diagrams' part of the page that lists figures; Markdown. */
export const diagramsSection = (): string =>
  [
    "## diagrams",
    'Drawn by hand, in code (`lib/plot/diagrams/`); a notebook shows one by `await binvit.showDiagram("architecture")`.',
    [
      "| diagram | shows | what to see |",
      "|---|---|---|",
      ...Object.entries(diagrams).map(([name, draw]) => {
        const [title, description] = ["title", "desc"].map(
          (tag) => new RegExp(`<${tag}>(.*)</${tag}>`).exec(draw())?.[1],
        );
        return `| \`${name}\` [light](diagrams/${name}.svg) [dark](diagrams/${name}-dark.svg) | ${title} | ${description} |`;
      }),
    ].join("\n"),
  ].join("\n\n");
