import { describe, expect, test } from "vitest";
import { formatNotebook, type Notebook, parseNotebook } from "../../lib/notebook/nbformat";
import { exerciseList } from "../../site/make/exercises";
import { notebookPage } from "../../site/make/notebook-page";
import { prose } from "../../site/make/page";
import { takeApart } from "../../site/make/solutions";
import { en } from "../../site/texts/en";
import { notebookOf } from "../notebook/fixture";

const fileOf = (name: string, notebook: Notebook) => {
  const json = formatNotebook(notebook);
  return { name, json, notebook: parseNotebook(json, name) };
};

/** The Markdown of a page without its front matter. */
const pageOf = (notebook: Notebook, solutions?: Notebook): string => {
  const page = notebookPage(fileOf("03-scales", notebook), {
    link: "/notebooks/03-scales",
    solutions: solutions && fileOf("03-scales", solutions),
    texts: en,
    linked: prose,
  });
  return (page.files[0].content as string).replace(/^---[\s\S]*?---\n\n/, "");
};

const lesson = notebookOf(
  "# 03 · Scales\n\n**Goal.** Know α.",
  "const a = `{{x}}`;\n\n",
  "# no title any more\n\n## Summary\n\nShort.\n\n## Exercises\n\nTry.\n\n1. *(student)* Why?\n2. How,\n   and when?\n\n[Solutions](solutions/03-scales.ipynb)",
);
const answers = notebookOf(
  "# Solutions: scales\n\nEach stands alone.",
  "const setUp = 1;",
  "## Exercise 1 · Because\n\nSo.",
  "answer(1);",
  "## 2. Like $\\alpha$\n\nThus.\n\n### In detail\n\nMore.",
);

test("a page has the cells in their order, below the title what can be downloaded", () => {
  expect(pageOf(lesson)).toMatch(
    /^# 03 · Scales\n\n<p class="downloads"><FileLink href="\/files\/03-scales.ipynb">Download this notebook<\/FileLink><a href="\?slides">Show it as slides<\/a><\/p>\n\n\*\*Goal\.\*\* Know α\.\n\n```ts\nconst a = `\{\{x\}\}`;\n```\n\n/,
  );
  expect(pageOf(lesson)).toContain("[Solutions](solutions/03-scales.ipynb)");
});

test("links of solutions are from where those lie", () => {
  const page = notebookPage(fileOf("03-scales", lesson), {
    link: "/notebooks/03-scales",
    solutions: fileOf("03-scales", notebookOf("# Solutions", "## 1 · Why\n\nSee [a page](../../docs/a.md).")),
    texts: en,
    linked: prose,
    linkedInSolutions: (markdown) => prose(markdown.replace("../../docs/a.md", "/docs/a")),
  });
  expect(page.files[0].content).toContain("See [a page](/docs/a).");
});

test("below each exercise its solution is folded, and the line that led to them is gone", () => {
  const page = pageOf(lesson, answers);
  expect(page.slice(page.indexOf("## Exercises"))).toBe(`## Exercises

Try.

1. *(student)* Why?

::::: details Solution 1 · Because

So.

\`\`\`ts
answer(1);
\`\`\`

:::::

2. How,
   and when?

::::: details Solution 2 · Like $\\alpha$

Thus.

### In detail

More.

:::::

::::: details What the solutions begin with

\`\`\`ts
const setUp = 1;
\`\`\`

:::::
`);
});

test("a notebook without a title is refused, one without a number in it gets that of its file", () => {
  expect(() => pageOf(notebookOf("const a = 1;"))).toThrow("03-scales has no title");
  const page = notebookPage(fileOf("00-start", notebookOf("# Start here")), {
    link: "/notebooks/00-start",
    texts: en,
    linked: prose,
  });
  expect(page.title).toBe("00 · Start here");
});

test("code that holds fences is fenced by longer ones", () => {
  expect(pageOf(notebookOf("# Title", "show(`\n```\n`);"))).toContain("````ts\nshow(`\n```\n`);\n````");
});

describe("solutions", () => {
  test("are found by the number in their heading", () => {
    const { setUp, byExercise } = takeApart(answers, "solutions/03-scales");
    expect(setUp.map(({ source }) => source)).toEqual(["const setUp = 1;"]);
    expect([...byExercise].map(([number, { title, cells }]) => [number, title, cells.length])).toEqual([
      [1, "Because", 2],
      [2, "Like $\\alpha$", 1],
    ]);
  });

  test.each(["## Because", "## 1 · One\n\n## 1 · Again"])("with the headings %j are refused", (source) => {
    expect(() => takeApart(notebookOf("# Title", source), "solutions/03-scales")).toThrow(
      'solutions/03-scales has the heading "',
    );
  });
});

test("exercises keep their numbers, their lines and what stands around them", () => {
  expect(
    exerciseList("Before.\n\n1. One\n   goes on\n\n   in two paragraphs\n2. Two\n\nAfter.\n\n3 is no item."),
  ).toEqual({
    before: "Before.",
    exercises: [
      { number: 1, text: "One\ngoes on\n\nin two paragraphs" },
      { number: 2, text: "Two" },
    ],
    after: "After.\n\n3 is no item.",
  });
});
