import { describe, expect, test } from "vitest";
import { readNotebook, sourceSha256 } from "../../lib/notebook/document";
import { findNotebooks, notebookName } from "../../lib/notebook/find";
import { withSlideTypes } from "../../lib/notebook/slide-types";
import { notebookOf } from "./fixture";

const typesOf = (notebook: ReturnType<typeof notebookOf>) =>
  notebook.cells.map(({ metadata }) => (metadata.slideshow as { slide_type: string }).slide_type);

describe("slides of a notebook", () => {
  test("begin at titles; a second piece of code begins one below; a title amid prose gets a cell of its own", () => {
    const prose = "# What to see\nabc\n\n## 2 · Next\n\n```\n## no title\n```\nrest";
    const notebook = notebookOf("# Title", "1;", "2;", prose, "3;");
    const { cells } = withSlideTypes(notebook);
    expect(cells.map(({ source }) => source)).toEqual([
      "# Title",
      "1;",
      "2;",
      "# What to see\nabc",
      "## 2 · Next\n\n```\n## no title\n```\nrest",
      "3;",
    ]);
    expect(typesOf({ cells })).toEqual(["slide", "-", "subslide", "slide", "slide", "-"]);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(6);
    expect(sourceSha256({ cells })).toBe(sourceSha256(notebook));
    expect(withSlideTypes({ cells })).toEqual({ cells });
  });

  test("keep what a cell says already", () => {
    const notebook = notebookOf("# Title", "1;");
    const skipped = {
      cells: [notebook.cells[0], { ...notebook.cells[1], metadata: { slideshow: { slide_type: "skip" } } }],
    };
    expect(typesOf(withSlideTypes(skipped))).toEqual(["slide", "skip"]);
  });

  test("are there in every notebook of the kit", () => {
    const without = findNotebooks().filter((file) => {
      const notebook = readNotebook(file);
      return JSON.stringify(withSlideTypes(notebook).cells) !== JSON.stringify(notebook.cells);
    });
    expect(without.map(notebookName), "npx binvit notebooks slides").toEqual([]);
  });
});
