import { expect, test } from "vitest";
import { commandsFor } from "../../lib/cli/kept-sources";
import { stems } from "../../lib/study/presets/stems";
import { parseStudyConfig } from "../../lib/study/study-config";

const rows = parseStudyConfig(stems).rows.map(({ name }) => name);
const runs = (names: readonly string[], seeds: readonly number[]) =>
  names.flatMap((name) => seeds.map((seed) => ({ name, seed })));

test("records of every row are made by the study", () => {
  expect(commandsFor("stems", runs(rows, [3, 1, 2]), "there")).toEqual([
    "npx binvit study stems --seeds 1,2,3 --keep there",
  ]);
});

test("records of some rows, with other seeds, are made by a command for each set of seeds", () => {
  const recorded = [...runs(rows.slice(0, 1), [1, 2, 3, 4]), ...runs([rows[2], rows[1]], [1])];
  expect(commandsFor("stems", recorded, "there")).toEqual([
    `npx binvit study stems --rows ${rows[0]} --seeds 1-4 --keep there`,
    `npx binvit study stems --rows ${rows[1]},${rows[2]} --seeds 1 --keep there`,
  ]);
});
