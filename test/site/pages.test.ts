import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { exerciseList } from "../../site/make/exercises";
import { type Made, makePages } from "../../site/make/make-pages";
import { sectionsOf } from "../../site/make/markdown";
import { recordedFigures } from "../../site/make/recorded-figures";
import { en } from "../../site/texts/en";

const root = kitRoot();
const repository = "https://github.com/owner/name";
let made: Made;
let texts: ReadonlyMap<string, string>;

beforeAll(() => {
  made = makePages({ root, repository, texts: en, figures: recordedFigures(root) });
  const pages = made.files.filter(({ path }) => path.endsWith(".md"));
  texts = new Map(pages.map(({ path, content }) => [path, content as string]));
});

test("every notebook and every document is a page of the sidebar", () => {
  const links = made.pages.map(({ link }) => link);
  const names = (folder: string, ending: string) =>
    readdirSync(join(root, folder)).flatMap((name) => (name.endsWith(ending) ? [name.slice(0, -ending.length)] : []));
  for (const name of names("notebooks", ".ipynb")) expect(links).toContain(`/notebooks/${name}`);
  for (const name of names("docs", ".md")) expect(links).toContain(`/docs/${name}`);
  expect(new Set(made.pages.map(({ title }) => title)).size).toBe(made.pages.length);
});

test("no link is left as the repository has it", () => {
  for (const [path, text] of texts) {
    const outsideOfCode = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`]*`/g, "");
    for (const [, target] of outsideOfCode.matchAll(/\]\(([^)\s]+)\)/g)) {
      expect(target, path).toMatch(/^(https?:|#|\/[a-z])/);
      if (target.startsWith("/")) expect(target, path).not.toMatch(/\.(md|ipynb)\b/);
    }
  }
});

test("every picture is there, says in words what it shows, and nearly all can be drawn live", () => {
  const paths = new Set(made.files.map(({ path }) => path));
  let [pictures, live] = [0, 0];
  for (const [path, text] of texts) {
    for (const [tag] of text.matchAll(/<PlotFigure .*\/>/g)) {
      const [, src] = / src="([^"]*)"/.exec(tag)!;
      const [, specification] = / specification="([^"]*)"/.exec(tag) ?? [];
      expect(paths, path).toContain(`public${src}`);
      if (specification) expect(paths, path).toContain(`public${specification}`);
      expect(/ alt="([^"]*)"/.exec(tag)![1].length, `${path}: ${src}`).toBeGreaterThan(10);
      pictures++;
      live += specification ? 1 : 0;
    }
  }
  expect(live).toBeGreaterThan(100);
  expect([...paths].filter((path) => path.includes("/solution-")).length).toBeGreaterThan(20);
  expect(pictures - live).toBeLessThan(15); // diagrams, live curves, photographs
});

test("every exercise has its solution below it", () => {
  for (const { link, group } of made.pages.filter((page) => page.group === "notebooks")) {
    const text = texts.get(`${link.slice(1)}.md`)!;
    const name = link.slice("/notebooks/".length);
    expect(existsSync(join(root, "notebooks", "solutions", `${name}.ipynb`)), group).toBe(true);
    const section = sectionsOf(text).find(({ heading }) => heading === "Exercises")!;
    const numbers = section.markdown.match(/^\d+(?=\. )/gm)!.map(Number);
    expect(exerciseList(section.markdown).exercises[0].number).toBe(1);
    const solved = Array.from(section.markdown.matchAll(/^::::: details Solution (\d+) · /gm), ([, number]) =>
      Number(number),
    );
    expect(solved, link).toEqual(numbers);
    expect(text, link).not.toContain("](solutions/");
  }
});

test("what is downloaded is the notebook itself", () => {
  const bytes = new Map(made.files.map(({ path, content }) => [path, content]));
  for (const name of ["03-scaling-factors", "12-diagnostics"]) {
    const read = (folder: string) => readFileSync(join(root, folder, `${name}.ipynb`), "utf8");
    expect(bytes.get(`public/files/${name}.ipynb`)).toBe(read("notebooks"));
    expect(bytes.get(`public/files/${name}-solutions.ipynb`)).toBe(read("notebooks/solutions"));
  }
});

test("the home page has the README's words, figure and commands", () => {
  expect(texts.get("parts/introduction.md")).toMatch(/scaling factors[\s\S]*<PlotFigure .* specification=/);
  const drawings = ["light", "dark"].map((theme) => `<img class="on-${theme}" src="/figures/diagrams/architecture`);
  for (const drawing of drawings) expect(texts.get("parts/introduction.md")).toContain(drawing);
  expect(made.files.map(({ path }) => path)).toContain("public/figures/diagrams/architecture-dark.svg");
  expect(texts.get("parts/two-lines.md")).toContain(`git clone ${repository} binvit && cd binvit\nnpm ci && npm start`);
  expect(texts.get("parts/notebooks.md")).toContain("[00-start-here](/notebooks/00-start-here)");
});
