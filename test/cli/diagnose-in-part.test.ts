import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";
import { readDiagnosis } from "../../lib/diagnose/diagnosis-file";
import { trainInto } from "../../lib/train/run";
import { smallRun } from "../train/small-run";
import { command } from "./in-process";

vi.mock("../../lib/diagnose/calibration", () => ({
  calibration: () => {
    throw new ConfigError("Expected a model that is sure of something.");
  },
}));
vi.setConfig({ testTimeout: 60_000 }); // the first figure loads Plotly

const folder = mkdtempSync(join(tmpdir(), "binvit-diagnose-in-part-"));
const asked = ["attention-entropy", "calibration", "flip-share"];

beforeAll(async () => {
  await useBackend("wasm");
  const config = smallRun({ training: { epochs: 1, warmupEpochs: 0 } });
  await trainInto({ name: "small", config, seed: 1 }, join(folder, "run"));
});

afterAll(() => rmSync(folder, { recursive: true }));

test("a diagnostic that fails names itself, and what the others found is kept", async () => {
  const only = asked.flatMap((name) => ["--only", name]);
  const { code, stdout, stderr } = await command(["diagnose", "run", ...only, "--json", "found.json"], { cwd: folder });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: "binvit: calibration: Expected a model that is sure of something.\n",
  });
  expect(stdout).toMatch(/^calibration\n\nFailed: Expected a model[\s\S]*^flip-share\n\n/m);
  expect(Object.keys(readDiagnosis(join(folder, "found.json")).found)).toEqual(["attention-entropy", "flip-share"]);
  const drawn = (name: string) => existsSync(join(folder, "run", "diagnosis", `${name}.svg`));
  expect(asked.map(drawn)).toEqual([true, false, true]);
});
