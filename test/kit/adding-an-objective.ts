import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeSafetensors } from "../../lib/base/safetensors";
import { terms } from "../../lib/train/objectives";
import type { RunRecord } from "../../lib/train/record";
import { type ChangedKit, listings, page } from "./changed-kit";

const [, text] = page("objectives.md").split(/^## Adding a term/m);
const [code] = listings(text, "ts");
const diffs = listings(text, "diff");
const study = JSON.parse(listings(text, "json")[0]);

const [, place] = /`(lib\/\S+\.ts)`:\n\n```ts/.exec(text) as RegExpExecArray;
const [, command] = /^npx binvit (.+)$/m.exec(text) as RegExpExecArray;

/** Makes the page's changes. */
export function addObjective(kit: ChangedKit): void {
  kit.write(place, code);
  expect(diffs.length).toBe(1);
  kit.apply(diffs[0]);
}

export function testObjective(kit: ChangedKit): void {
  test("it is one file, and one line beside its import", () => {
    const lines = diffs[0].split("\n").filter((line) => /^[+-]/.test(line));
    const list = "--- lib/train/objectives/index.ts";
    expect(lines).toEqual([list, expect.stringMatching(/^\+import /), "+  featureDistillation,"]);
    expect(place).toBe("lib/train/objectives/feature-distillation.ts");
  });

  test("a study with it trains the teacher first, learns from it, and says so in its record", async () => {
    const small = {
      ...study,
      dataset: { trainLimit: 128 },
      model: { embedDim: 16, depth: 1, numHeads: 2, mlpDim: 16 },
      training: { epochs: 2, warmupEpochs: 0 },
    };
    const [verb, file, ...options] = command.split(" ");
    kit.write(file, JSON.stringify(small));
    const outcome = await kit.binvit(verb, file, ...options.slice(0, -1), "1", "--out", "runs");
    expect(outcome).toMatchObject({ code: 0 });

    const read = (folder: string): RunRecord =>
      JSON.parse(readFileSync(join(kit.root, "runs", folder, "record.json"), "utf8"));
    const folders = readdirSync(join(kit.root, "runs")).filter((name) => name !== "plan.jsonl");
    const records = folders.map(read);
    const named = (name: string) => records.find((record) => record.name === name) as RunRecord;
    const [float, plain, taught] = ["float", "mlp/channel", "mlp/taught"].map(named);
    const key = "objective.feature-distillation.teacher";
    expect(taught.origins).toMatchObject({ [key]: { name: "float", seed: 1, weightsSha256: float.weightsSha256 } });
    expect(taught.config.training.objective["feature-distillation"]).toMatchObject({ weight: 1 });
    expect(plain.origins).toBeUndefined();
    expect({ ...taught.config, training: undefined }).toEqual({ ...plain.config, training: undefined });
    // Keeping what the model computes on its way rounds otherwise, so that another digest alone would say nothing.
    expect(taught.curve[0].trainLoss - plain.curve[0].trainLoss).toBeGreaterThan(0.5);
    const [own, untaught] = [taught, plain].map((record) => {
      const file = join(kit.root, "runs", folders[records.indexOf(record)], "weights.safetensors");
      return decodeSafetensors(readFileSync(file), file).arrays["norm.beta"].data;
    });
    expect(Math.max(...own.map((value, i) => Math.abs(value - untaught[i])))).toBeGreaterThan(1e-3);
  });

  test("the commands know it: what it is given, whom it cannot learn from, what else there is", async () => {
    const [teacher] = readdirSync(join(kit.root, "runs")).filter((folder) => folder.startsWith("float"));
    const set = (setting: string) => ["--set", `training.objective={${setting}}`];
    const wide = await kit.binvit("train", "digits", ...set(`"feature-distillation":{"teacher":"runs/${teacher}"}`));
    expect(wide.code).not.toBe(0);
    expect(wide.output).toMatch(
      /training\.objective\.feature-distillation\.teacher: .* has 16 features, this model 64\./,
    );
    const unknown = await kit.binvit("summary", "digits", ...set('"feature-distilation":{"teacher":"x"}'));
    expect(unknown.output).toContain('Did you mean "feature-distillation"?');
    const alone = await kit.binvit("summary", "digits", ...set('"feature-distillation":{}'));
    expect(alone.output).toContain("feature-distillation.teacher");
  });

  test("the page's table has every term of the kit, and no other", () => {
    const rows = [...page("objectives.md").matchAll(/^\| `([a-z-]+)` /gm)].map(([, name]) => name);
    expect(rows).toEqual(terms.map(({ name }) => name));
  });
}
