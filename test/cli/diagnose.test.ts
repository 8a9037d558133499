import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { diagnosticNames } from "../../lib/diagnose/names";
import type { RunRecord } from "../../lib/train/record";
import { trainInto } from "../../lib/train/run";
import { smallRun } from "../train/small-run";
import { command } from "./in-process";

// The first figure loads Plotly, which takes a while on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const folder = mkdtempSync(join(tmpdir(), "binvit-diagnose-"));
const at = (...names: string[]) => join(folder, ...names);
const diagnose = (...words: string[]) => command(["diagnose", ...words], { cwd: folder });
const records: Record<string, RunRecord> = {};

beforeAll(async () => {
  await useBackend("wasm");
  for (const [name, binarize] of Object.entries({ float: {}, binary: { mlp: "channel", mhsa: "channel" } })) {
    const run = { name: "small", config: smallRun({ model: { binarize } }), seed: 1 };
    records[name] = (await trainInto(run, at(name))).record;
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("binvit diagnose", () => {
  test("writes what it found, of which figures draws the same to the byte", async () => {
    const { code, stderr } = await diagnose(
      "binary",
      "--against",
      "float",
      "--out",
      "fresh",
      "--json",
      "deep/found.json",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const again = await command(["figures", "--results", "deep/found.json"], { cwd: folder });
    expect(again).toMatchObject({ code: 0, stderr: "" });
    const drawn = at("runs", "figures", "found");
    expect(readdirSync(drawn)).toEqual(readdirSync(at("fresh")));
    for (const name of readdirSync(drawn)) {
      expect(readFileSync(join(drawn, name)).equals(readFileSync(at("fresh", name))), name).toBe(true);
    }
    const one = await command(["figures", "--results", "deep/found.json", "--only", "loss-slices"], { cwd: folder });
    expect(one).toMatchObject({ code: 2, stdout: "" });
    expect(one.stderr).toContain(
      'There is no figure "loss-slices". Did you mean loss-slice? Its figures: scale-error, ',
    );
  });

  test("keeps a run's own record from being written over", async () => {
    const { code, stderr } = await diagnose("binary", "--against", "float", "--json", "float/record.json");
    expect(code).toBe(1);
    expect(stderr).toMatch(/float\/record\.json is the run's own record\.json, and would be lost/);
  });

  test("prints a table a diagnostic and draws its figures, of runs of one name by their folders", async () => {
    const { code, stdout, stderr } = await diagnose("binary", "--against", "float", "--out", "drawn");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const name of diagnosticNames) expect(stdout).toMatch(new RegExp(`^${name}\n\n`, "m"));
    const [binary, float] = ["binary", "float"].map((name) => `${(100 * records[name].test.accuracy).toFixed(1)}%`);
    expect(stdout).toMatch(new RegExp(`^nothing +${binary} +${float} +- +-$`, "m"));
    expect(stdout).toMatch(new RegExp(`^binary +[\\d.]+% +[\\d.]+% +${binary} `, "m"));
    expect(stdout).toContain("float has no binarized weights.");
    expect(stdout.match(/^blocks\.0\.\S+ +0\.\d{3} +0\.\d{3} +\d+\.\d{3}$/gm)).toHaveLength(4);
    const files = readdirSync(at("drawn"));
    expect(files.filter((name) => name.endsWith(".svg")).map((name) => name.replace(".svg", ""))).toEqual(
      [...diagnosticNames].sort(),
    );
    expect(files).toHaveLength(2 * diagnosticNames.length);
    expect(readFileSync(at("drawn", "calibration.svg"), "utf8")).toMatch(
      /^<svg .*binary: calibration error .*<\/svg>\n$/s,
    );
  });

  test("answers what it is asked, into the run's folder", async () => {
    const { code, stdout } = await diagnose("float", "--only", "calibration", "--only", "flip-share");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^calibration\n\n[\s\S]*^flip-share\n\nNo weight changed its sign/m);
    expect(stdout).not.toContain("residual-bypass");
    expect(readdirSync(at("float", "diagnosis"))).toEqual(["calibration.png", "calibration.svg"]);
  });

  test("refuses other names, other data and other places before it works", async () => {
    const wrong = await diagnose("float", "--only", "calibrations");
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(
      /^binvit: --only expects scale-error, .* got "calibrations"\. Did you mean calibration\?/,
    );
    const run = { name: "other", config: smallRun({ training: { epochs: 1 } }), seed: 1 };
    await trainInto({ ...run, config: { ...run.config, dataset: { name: "digits", trainLimit: 32 } } }, at("other"));
    const other = await diagnose("float", "--against", "other", "--out", "nowhere");
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toMatch(/^binvit: --against expects a run on the same data/);
    expect(existsSync(at("nowhere"))).toBe(false);
    writeFileSync(at("file"), "");
    const place = await diagnose("float", "--out", "file");
    expect(place).toMatchObject({ code: 1, stdout: "" });
    expect(place.stderr).toMatch(/^binvit: Cannot write to file: a file of that name is in the way/);
  });
});
