import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBinarizers, testBinarizers } from "./adding-a-binarizer";
import { addDataSet, testDataSet } from "./adding-a-data-set";
import { addObjective, testObjective } from "./adding-an-objective";
import { ChangedKit, type Outcome } from "./changed-kit";

// What the pages have one add is compiled together: the compiler takes longer than all that is done with it.
const kit = new ChangedKit();
let built: Outcome;
beforeAll(async () => {
  for (const add of [addBinarizers, addDataSet, addObjective]) add(kit);
  built = await kit.build();
}, 300_000);
afterAll(() => kit.remove());

test("a copy of the kit with what the pages add compiles", () => {
  expect(built).toEqual({ code: 0, output: "" });
});

describe.each([
  ["adding-a-binarizer.md", testBinarizers],
  ["adding-a-data-set.md", testDataSet],
  ["objectives.md", testObjective],
])("docs/%s:", { timeout: 300_000 }, (_, tests) => tests(kit));
