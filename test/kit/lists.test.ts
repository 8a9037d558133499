import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { quantizers } from "../../lib/binarize/registry";
import { createProgram } from "../../lib/cli/main";
import { datasetNames } from "../../lib/data/sets";
import { diagnosticNames } from "../../lib/diagnose/names";
import { keptFigures } from "../../lib/plot/kept-figures";
import { figureNames } from "../../lib/plot/study-figures";
import { studies } from "../../lib/study/presets/index";
import { studyNames } from "../../lib/study/study-names";
import { presets } from "../../lib/train/presets";
import { command } from "../cli/in-process";
import { page } from "./changed-kit";

const helpOf = (command: string): string =>
  createProgram()
    .commands.find((one) => one.name() === command)!
    .helpInformation();

test.each([
  ["train", Object.keys(presets)],
  ["summary", Object.keys(presets)],
  ["study", Object.keys(studies)],
])("%s --help names every preset", (command, names) => {
  expect(helpOf(command).replace(/\s+/g, " ")).toContain(`${names.join(", ")} or a JSON file`);
});

test("the names of the studies are theirs, in their order", () => {
  expect(studyNames).toEqual(Object.keys(studies));
});

test("figures are kept of every study, and of every diagnosis that is there", () => {
  const kept = keptFigures.map(({ records }) => records);
  const expected = (folder: string, names: readonly string[]) => names.map((name) => `data/${folder}/${name}`);
  const recorded = (folder: string) => expected(folder, readdirSync(join(kitRoot(), "data", folder)));
  const results = recorded("results").filter((place) => !place.endsWith(".json")); // those of benchmarks
  const all = [...expected("results", studyNames), ...results, ...recorded("diagnoses")];
  expect(all.filter((place) => !kept.includes(place))).toEqual([]);
  expect(new Set(keptFigures.map(({ folder }) => folder)).size).toBe(keptFigures.length);
  for (const { figures, asSvg } of keptFigures) {
    for (const name of [...figures, ...asSvg]) expect([...figureNames, ...diagnosticNames]).toContain(name);
  }
});

test("study list has a line for each, with what is recorded of it", async () => {
  const { stdout } = await command(["study", "list"]);
  for (const name of studyNames) expect(stdout).toMatch(new RegExp(`^${name} .* \\d+ `, "m"));
  expect(stdout).toMatch(/^quick .* digits +25 +12 +120 +\d+\.\d$/m);
});

test("the page of methods speaks of every quantizer", () => {
  const names = new Set([...quantizers("weight").keys(), ...quantizers("input").keys()]);
  expect([...names].filter((name) => !page("methods.md").includes(`\`${name}\``))).toEqual([]);
});

test("the page of data names source and licence of every data set", () => {
  const text = readFileSync(join(kitRoot(), "data", "README.md"), "utf8");
  const sections = text.split(/^## /m).filter((section) => /licence/i.test(section));
  const named = sections.flatMap((section) => (/^(.+) \(/.exec(section)?.[1] ?? "").split(", "));
  expect(datasetNames.filter((name) => !named.includes(name))).toEqual([]);
});
