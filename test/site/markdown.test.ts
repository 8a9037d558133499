import { expect, test } from "vitest";
import { blocksOf, plainText, sectionsOf, titleOf, withLinks } from "../../site/make/markdown";
import { slugOf } from "../../site/make/slug";

const upper = (markdown: string) =>
  withLinks(markdown, ({ isPicture, text, target }) => `${isPicture ? "P" : "L"}<${text}|${target}>`);

test.each([
  ["a [link](b.md) and [two](c.md#d)", "a L<link|b.md> and L<two|c.md#d>"],
  ["![a picture](x.png)", "P<a picture|x.png>"],
  ["[`code` in it](b.md)", "L<`code` in it|b.md>"],
  ["[with [brackets] in it](b.md)", "L<with [brackets] in it|b.md>"],
  ["`[no](b.md)` and ``[`no`](b.md)``", "`[no](b.md)` and ``[`no`](b.md)``"],
  ["```\n[no](b.md)\n```\n[yes](b.md)", "```\n[no](b.md)\n```\nL<yes|b.md>"],
  ["  ```ts\n  a[0](b)\n  ```", "  ```ts\n  a[0](b)\n  ```"],
  ["````\n```\n[no](b.md)\n```\n````\n[yes](b.md)", "````\n```\n[no](b.md)\n```\n````\nL<yes|b.md>"],
  ["sets {{0, 1}} in prose, `{{x}}` in code", "sets &#123;&#123;0, 1}} in prose, `{{x}}` in code"],
])("links of %j", (markdown, expected) => {
  expect(upper(markdown)).toBe(expected);
});

test("sections begin at headings of the second level, but not within code", () => {
  const markdown = "# Title\n\nHead.\n\n## One\n\n```\n## no\n```\n\n### Below\n\n## Two\nText.";
  expect(sectionsOf(markdown)).toEqual([
    { heading: undefined, markdown: "# Title\n\nHead." },
    { heading: "One", markdown: "```\n## no\n```\n\n### Below" },
    { heading: "Two", markdown: "Text." },
  ]);
  expect(sectionsOf("## One\ntext")).toEqual([{ heading: "One", markdown: "text" }]);
});

test("blocks are parted by empty lines, code with empty lines is one", () => {
  expect(blocksOf("a\nb\n\n```\nx\n\ny\n```\n\n\n| t |")).toEqual(["a\nb", "```\nx\n\ny\n```", "| t |"]);
});

test("a title is that of the first heading, and plain in a browser's tab", () => {
  expect(titleOf("text\n\n# A *title*\n\n# no")).toBe("A *title*");
  expect(titleOf("## no")).toBeUndefined();
  expect(plainText("Why $\\sqrt d$, [a](b) `c`")).toBe("Why sqrt d, a c");
});

// As GitHub makes them of these very headings.
test.each([
  ["Compared at equal budget", "compared-at-equal-budget"],
  ["3 · The signs are the best signs, too", "3--the-signs-are-the-best-signs-too"],
  ["QKᵀ and AV at one bit", "qkᵀ-and-av-at-one-bit"],
  ["What `binvit pack` does (and does_not)", "what-binvit-pack-does-and-does_not"],
])("the anchor of %j", (heading, anchor) => {
  expect(slugOf(heading)).toBe(anchor);
});
