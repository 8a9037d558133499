import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { libraryPage } from "../../site/make/library-page";
import { librarySections } from "../../site/make/library-sections";

test("the index is taken apart at its headings, and nothing of it is lost", () => {
  const index = readFileSync(join(kitRoot(), "lib", "index.ts"), "utf8");
  const sections = librarySections(index, "../lib");
  expect(sections.map(({ name }) => name)).toContain("packed-models");
  expect(new Set(sections.map(({ name }) => name)).size).toBe(sections.length);
  const exports = (code: string) => code.split(/^export /m).length - 1;
  expect(sections.reduce((sum, { code }) => sum + exports(code), 0)).toBe(exports(index));
  for (const { code } of sections) expect(code).not.toContain('from "./');
});

test("a section's name and title come from its heading, its paths from where it will be", () => {
  const index =
    '/** A kit. */\n\n// packed models\nexport { a } from "./deploy/a";\n// data\nexport { b } from "./data/b";\n';
  expect(librarySections(index, "../../lib")).toEqual([
    { name: "packed-models", title: "Packed models", code: 'export { a } from "../../lib/deploy/a";' },
    { name: "data", title: "Data", code: 'export { b } from "../../lib/data/b";' },
  ]);
  expect(() => librarySections("export {};", "..")).toThrow("lib/index.ts has no sections");
});

test("what TypeDoc wrote becomes a page with the links of the site", () => {
  const markdown =
    "# data\n\n## Batch\n\nSee [Split](data.md#split) and [pack](packed-models.md).\n\n***\n\n## Split\n";
  const page = libraryPage({ name: "data", title: "Data", code: "" }, markdown);
  expect(page).toMatchObject({ link: "/api/data", title: "Data", group: "library" });
  expect(page.files).toEqual([
    {
      path: "api/data.md",
      content:
        '---\ntitle: "Data"\noutline: 2\n---\n\n# Data\n\n`import { … } from "binvit"`\n\n\n## Batch\n\n' +
        "See [Split](/api/data#split) and [pack](/api/packed-models).\n\n## Split\n",
    },
  ]);
  const numbered = libraryPage(
    { name: "x", title: "X", code: "" },
    "# x\n\n[a](#a-1) [b](#b-1)\n\n## A\n\n## B\n\n## B\n",
  );
  expect(numbered.files[0].content).toContain("[a](#a) [b](#b-1)");
  const face = libraryPage({ name: "binvit-engine", title: "binvit/engine", code: "" }, "# x\n");
  expect(face.files[0].content).toContain('from "binvit/engine"');
});
