import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "./page";

/** A file of the repository that becomes a page. */
export interface Source {
  /** From the repository's root, with slashes. */
  readonly file: string;
  readonly link: string;
  readonly group: Page["group"];
}

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();

/** What the repository tells outside of notebooks and `docs/`. */
const ofTheKit: readonly Source[] = [
  { file: "README.md", link: "/readme", group: "kit" },
  { file: "data/README.md", link: "/data", group: "kit" },
  { file: "figures/README.md", link: "/figures", group: "kit" },
  { file: "lib/README.md", link: "/library", group: "kit" },
  { file: "CONTRIBUTING.md", link: "/contributing", group: "kit" },
  { file: "CHANGELOG.md", link: "/changelog", group: "kit" },
];

/** Files and folders of the repository that pages are made from, with their pictures and solutions. */
export const madeFrom: readonly string[] = ["notebooks", "docs", "figures", ...ofTheKit.map(({ file }) => file)];

/**
 * What becomes a page, in the order of the sidebar.
 *
 * @param root - folder of the repository
 */
export function sourcesIn(root: string): Source[] {
  const notebooks = filesIn(join(root, "notebooks"), ".ipynb").map((name) => ({
    file: `notebooks/${name}`,
    link: `/notebooks/${name.replace(/\.ipynb$/, "")}`,
    group: "notebooks" as const,
  }));
  const documents = filesIn(join(root, "docs"), ".md").map((name) => ({
    file: `docs/${name}`,
    link: `/docs/${name.replace(/\.md$/, "")}`,
    group: "documents" as const,
  }));
  return [...notebooks, ...documents, ...ofTheKit];
}

/** @returns the notebook with the solutions of another one */
export const solutionsOf = (notebook: string): string => notebook.replace("notebooks/", "notebooks/solutions/");
