import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { type Cell, isCode, parseNotebook } from "../../lib/notebook/nbformat";

const folder = join(kitRoot(), "notebooks");

const cellsOf = (file: string): readonly Cell[] => parseNotebook(readFileSync(join(folder, file), "utf8"), file).cells;

const notebooks = readdirSync(folder)
  .filter((name) => name.endsWith(".ipynb"))
  .sort();
const solutions = readdirSync(join(folder, "solutions"))
  .filter((name) => name.endsWith(".ipynb"))
  .map((name) => `solutions/${name}`);

const titles = notebooks.map((name) => /^# (.*)$/m.exec(cellsOf(name)[0].source)?.[1] ?? "");

describe.each(notebooks.map((name, i) => [name, i] as const))("%s speaks as the others do", (name, i) => {
  const cells = cellsOf(name);
  const prose = cells.filter((cell) => !isCode(cell)).map(({ source }) => source);
  const text = prose.join("\n\n");

  test("its title has its number; goal, papers, what comes before and runtime follow", () => {
    expect(titles[i]).toMatch(new RegExp(`^${name.slice(0, 2)} · .`));
    const heads = Array.from(cells[0].source.matchAll(/^\*\*(\w+)\.\*\*/gm), ([, head]) => head);
    expect(heads).toEqual(["Goal", "Papers", "Before", "Runtime"]);
  });

  test("what is to be seen is said after every figure", () => {
    const silent = cells.flatMap((cell, at) => {
      if (!isCode(cell) || !/\bbinvit\.show\(/.test(cell.source)) return [];
      const next = cells[at + 1];
      return next && !isCode(next) && next.source.includes("*What to see:*") ? [] : [cell.id];
    });
    expect(silent).toEqual([]);
  });

  test("it ends with limits, takeaways and exercises, each with whom it is for and a folded hint", () => {
    const sections = Array.from(text.matchAll(/^## (Limits|Takeaways|Exercises)$/gm), ([, title]) => title);
    expect(sections).toEqual(["Limits", "Takeaways", "Exercises"]);
    const exercises = text
      .slice(text.indexOf("## Exercises"))
      .split(/^\d+\. /m)
      .slice(1);
    expect(exercises.length).toBeGreaterThan(2);
    for (const exercise of exercises) {
      expect(exercise).toMatch(/^\*\((student|researcher)\)\* /);
      expect(exercise).toMatch(/\n {3}<details><summary>Hint<\/summary>\n\n {3}\S[\s\S]*?\n\n {3}<\/details>/);
    }
  });

  test("its last line leads to the solutions and to its neighbours", () => {
    const neighbour = (label: string, at: number) =>
      notebooks[at] === undefined ? [] : [`${label}: [${titles[at]}](${notebooks[at]})`];
    const line = [`[Solutions](solutions/${name})`, ...neighbour("previous", i - 1), ...neighbour("next", i + 1)];
    expect(text.trimEnd().split("\n").at(-1)).toBe(line.join(" · "));
  });
});

test.each([...notebooks, ...solutions])("the lines of code of %s fit a projector", (name) => {
  const lines = cellsOf(name)
    .filter(isCode)
    .flatMap(({ source }) => source.split("\n"));
  expect(lines.filter((line) => [...line].length > 100)).toEqual([]);
});
