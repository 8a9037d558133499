import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { operations } from "../../lib/verify/operations";
import { readReferenceCase } from "../../lib/verify/reference-case";
import { verifyCase } from "../../lib/verify/verify";
import { backends } from "./backends";

const folder = join(kitRoot(), "test", "golden", "methods");
const cases = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => readReferenceCase(join(folder, name)));

// What the papers have and the kit has not: a learned bias of every score; `near_one` is an objective.
const without = cases.filter(({ op, inputs }) => !operations[op] || (op === "method_scores" && inputs.bias));

describe.each(backends)("on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });
  afterAll(() => useBackend("wasm"));

  test.each(cases.filter((one) => !without.includes(one)))("$name agrees with its equations in float64", (one) => {
    const result = verifyCase(one);
    expect(result.problem).toBeUndefined();
    expect(result.largestError, result.worst).toBeLessThanOrEqual(one.tolerance);
  });
});

test("what has no operation is known", () => {
  expect([...new Set(without.map(({ op }) => op))].sort()).toEqual(["method_scores", "near_one"]);
});
