import { join } from "node:path";
import { writeAtomically } from "../base/files";
import { diagrams, factsOf } from "../plot/diagrams/index";

/** Writes every diagram, light and dark, into a folder of figures. */
export function writeDiagrams(out: string): void {
  for (const [name, draw] of Object.entries(diagrams)) {
    writeAtomically(join(out, "diagrams", `${name}.svg`), draw());
    writeAtomically(join(out, "diagrams", `${name}-dark.svg`), draw({ isDark: true }));
  }
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
        const { title, description } = factsOf(draw());
        return `| \`${name}\` [light](diagrams/${name}.svg) [dark](diagrams/${name}-dark.svg) | ${title} | ${description} |`;
      }),
    ].join("\n"),
  ].join("\n\n");
