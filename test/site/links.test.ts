import { expect, test } from "vitest";
import { type LinkTargets, linkFrom, pagesBySource } from "../../site/make/links";

const files = ["LICENSE", "data/digits/digits.gz"];
const targets = (repository?: string): LinkTargets => ({
  pages: pagesBySource([
    { file: "notebooks/03-scaling-factors.ipynb", link: "/notebooks/03-scaling-factors", group: "notebooks" },
    { file: "docs/methods.md", link: "/docs/methods", group: "documents" },
    { file: "README.md", link: "/readme", group: "kit" },
  ]),
  repository,
  kindOf: (path) =>
    files.includes(path) ? "file" : files.some((file) => file.startsWith(`${path}/`)) ? "folder" : undefined,
});

test.each([
  ["https://doi.org/10.24432/C50P49", "README.md", "https://doi.org/10.24432/C50P49"],
  ["mailto:a@b.example", "README.md", "mailto:a@b.example"],
  ["#on-a-cluster", "README.md", "#on-a-cluster"],
  ["docs/methods.md", "README.md", "/docs/methods"],
  ["docs/methods.md#compared", "README.md", "/docs/methods#compared"],
  ["methods.md", "docs/figures.md", "/docs/methods"],
  ["../README.md", "docs/methods.md", "/readme"],
  ["../docs/methods.md", "notebooks/03-scaling-factors.ipynb", "/docs/methods"],
  ["03-scaling-factors.ipynb", "notebooks/00-start-here.ipynb", "/notebooks/03-scaling-factors"],
  ["solutions/03-scaling-factors.ipynb", "notebooks/00-start-here.ipynb", "/notebooks/03-scaling-factors#exercises"],
  ["../03-scaling-factors.ipynb", "notebooks/solutions/03-scaling-factors.ipynb", "/notebooks/03-scaling-factors"],
  ["notebooks/", "README.md", "/notebooks/"],
  ["notebooks/solutions/", "README.md", "/notebooks/"],
])("%s in %s leads to %s", (target, from, expected) => {
  expect(linkFrom(target, from, targets())).toBe(expected);
});

test("files that are no pages are read in the repository, where it is known", () => {
  const known = targets("https://github.com/owner/name");
  expect(linkFrom("LICENSE", "README.md", known)).toBe("https://github.com/owner/name/blob/HEAD/LICENSE");
  expect(linkFrom("../data/digits/", "docs/methods.md", known)).toBe(
    "https://github.com/owner/name/tree/HEAD/data/digits",
  );
  expect(linkFrom("LICENSE", "README.md", targets())).toBeUndefined();
});

test("a link to nothing is refused by its name", () => {
  expect(() => linkFrom("gone.md", "docs/methods.md", targets())).toThrow(
    "docs/methods.md links to gone.md, and there is no docs/gone.md",
  );
});
