import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { verifyFolder } from "../../lib/verify/verify";
import { backends } from "./backends";

const golden = join(__dirname, "..", "golden");

describe.each(backends)("reference vectors on $name", ({ name, use }) => {
  beforeAll(async () => {
    const report = await use();
    expect(report.kernels).toBe(name === "wasm with kernels");
  });

  test("25 of 25 pass", () => {
    const results = verifyFolder(golden);
    expect(results.filter((result) => !result.passed)).toEqual([]);
    expect(results).toHaveLength(25);
  });

  test("with an error of less than a tenth of the tolerance, so that none passes by luck", () => {
    for (const { name, largestError, tolerance } of verifyFolder(golden)) {
      expect(largestError, name).toBeLessThan(tolerance / 10);
    }
  });
});
