import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { FileError } from "../../lib/base/errors";
import { decodeSafetensors, encodeSafetensors } from "../../lib/base/safetensors";
import type { Dataset } from "../../lib/data/dataset";
import { runIdentity } from "../../lib/train/identity";
import type { RunConfig, RunRecord } from "../../lib/train/record";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights, weightsSha256 } from "../../lib/train/run-folder";
import { smallDigits, smallRun } from "./small-run";

let digits: Dataset;
let finished: string;
let folder: string;
beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
  finished = mkdtempSync(join(tmpdir(), "binvit-finished-"));
  await into(finished);
});
afterAll(() => rmSync(finished, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-run-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts the finished run into this test's folder. */
function copyFinished(): RunRecord {
  cpSync(finished, folder, { recursive: true });
  return readRecord(folder)!;
}

const config = smallRun({ training: { epochs: 2 } });
const into = (place: string, seed = 1, what: RunConfig = config) =>
  trainInto({ name: "small", config: what, seed }, place, {}, digits);
const recordPath = () => join(folder, "record.json");
const weightsPath = () => join(folder, "weights.safetensors");

describe("a run's identity", () => {
  test("ignores the order of keys and where the data lie", () => {
    const turned = Object.fromEntries(Object.entries(config).reverse()) as unknown as RunConfig;
    const training = Object.fromEntries(Object.entries(config.training).reverse()) as unknown as RunConfig["training"];
    const elsewhere = { ...turned, training, dataset: { ...config.dataset, folder: "/data" } };
    expect(runIdentity(elsewhere, 1, "wasm+kernels")).toBe(runIdentity(config, 1, "wasm+kernels"));
    expect(runIdentity(config, 1, "wasm+kernels")).toMatch(/^[0-9a-f]{64}$/);
  });

  test("changes with every setting and with the seed", () => {
    const others: RunConfig[] = [
      smallRun({ training: { epochs: 3 } }),
      smallRun({ training: { epochs: 2, flip: true } }),
      smallRun({ training: { epochs: 2 }, model: { binarize: { mlp: "unscaled" } } }),
      smallRun({ training: { epochs: 2 }, model: { normEpsilon: 1e-5 } }),
      { ...config, dataset: { name: "digits", trainLimit: 65 } },
    ];
    const identities = [
      runIdentity(config, 1, "wasm+kernels"),
      runIdentity(config, 2, "wasm+kernels"),
      ...others.map((other) => runIdentity(other, 1, "wasm+kernels")),
    ];
    expect(new Set(identities).size).toBe(identities.length);
  });
});

describe("a finished run", () => {
  test("leaves a record that says everything, and weights that belong to it", async () => {
    const { record, existed } = await into(folder);
    expect(existed).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(["record.json", "weights.safetensors"]);
    expect(readRecord(folder)).toEqual(record);
    expect(record).toMatchObject({
      schema: "binvit.run/3",
      name: "small",
      config,
      seed: 1,
      dataset: { name: "digits", sha256: digits.sha256, train: 64, validation: 40, test: 50 },
      environment: { arithmetic: "wasm+kernels", node: process.versions.node },
      test: { count: 50 },
    });
    expect(record.curve).toHaveLength(2);
    expect(record.bytes.packed).toBeLessThan(record.bytes.float);
    expect(weightsSha256(readWeights(folder, record))).toBe(record.weightsSha256);
  });

  test("is found again, not trained again", async () => {
    const record = copyFinished();
    const [first, again] = [readFileSync(recordPath(), "utf8"), await into(folder)];
    expect(again).toEqual({ record, existed: true });
    expect(readFileSync(recordPath(), "utf8")).toBe(first);
  });

  test("of another configuration or seed is never overwritten", async () => {
    copyFinished();
    const before = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    const attempts = [() => into(folder, 2), () => into(folder, 1, smallRun({ training: { epochs: 3 } }))];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toThrow(FileError);
      await expect(attempt()).rejects.toThrow(
        /already holds another finished run, small with seed 1 on wasm\+kernels\. Choose another/,
      );
    }
    expect(readdirSync(folder).map((file) => readFileSync(join(folder, file)))).toEqual(before);
  });

  test("is finished on its own data only, and stays as it is", async () => {
    copyFinished();
    const before = readdirSync(folder).map((file) => readFileSync(join(folder, file)));
    const swapped = { ...digits, sha256: "5".repeat(64) };
    const attempt = trainInto({ name: "small", config, seed: 1 }, folder, {}, swapped);
    await expect(attempt).rejects.toThrow(
      new RegExp(
        `holds this run, finished on other data: its record says SHA-256 ${digits.sha256.slice(0, 12)}…, and ` +
          "digits as it is here has 555555555555…\\. Bring the former back",
      ),
    );
    expect(readdirSync(folder).map((file) => readFileSync(join(folder, file)))).toEqual(before);
  });

  test("whose weights were changed, cut off, or are of another model is refused", () => {
    const record = copyFinished();
    const whole = readFileSync(weightsPath());
    const changed = Buffer.from(whole);
    changed[changed.length - 1] ^= 1;
    writeFileSync(weightsPath(), changed);
    expect(() => readWeights(folder, record)).toThrow(/does not belong to its record: SHA-256/);
    writeFileSync(weightsPath(), whole.subarray(0, -5));
    expect(() => readWeights(folder, record)).toThrow(/is not a sound weight file/);
    const { arrays } = decodeSafetensors(whole, "w");
    const { "head.bias": _, ...fewer } = arrays;
    writeFileSync(weightsPath(), encodeSafetensors(fewer));
    expect(() => readWeights(folder, record)).toThrow(/tensor "head.bias" is missing, the configuration expects 10/);
    writeFileSync(weightsPath(), encodeSafetensors({ ...arrays, extra: arrays["head.bias"] }));
    expect(() => readWeights(folder, record)).toThrow(/tensor "extra" is 10, the configuration expects no such tensor/);
    rmSync(weightsPath());
    expect(() => readWeights(folder, record)).toThrow(
      /holds a record without its weights, .* Take the weights from where/,
    );
  });
});

describe("a record", () => {
  test.each([
    ["is not JSON", () => '{"schema": "binvit', /record\.json is not valid JSON/],
    ["has another schema", (r: RunRecord) => ({ ...r, schema: "binvit.run/9" }), /schema: expected "binvit.run\/3"/],
    [
      "was made before the sign behind GELU was corrected",
      (r: RunRecord) => ({ ...r, schema: "binvit.run/1" }),
      /was made by binvit 0\.2 or earlier\. .* the sign behind GELU.* Train it again/,
    ],
    [
      "has no configuration",
      (r: RunRecord) => ({ ...r, config: undefined }),
      /config: expected an object, got nothing/,
    ],
    ["has a seed in words", (r: RunRecord) => ({ ...r, seed: "one" }), /seed: expected number, got "one"/],
    [
      "counts other images",
      (r: RunRecord) => ({ ...r, test: { ...r.test, accuracy: 0.98 } }),
      /test\.correct: expected 49 images, got \d+/,
    ],
    [
      "lacks images",
      (r: RunRecord) => ({ ...r, test: { ...r.test, correct: "AA==" } }),
      /test\.correct: expected 50 bits, got 1 bytes/,
    ],
    ["has no accuracy", (r: RunRecord) => ({ ...r, test: { loss: 1, count: 1 } }), /test.accuracy: expected number/],
    ["is a list", () => [], /expected an object, got \[\]/],
    ["has no digest", (r: RunRecord) => ({ ...r, sha256: undefined }), /it\.sha256: expected string, got nothing/],
  ])("that %s is refused, and kept", async (_, damage, reason) => {
    const record = copyFinished();
    const damaged = damage(record);
    const text = typeof damaged === "string" ? damaged : JSON.stringify(damaged);
    writeFileSync(recordPath(), text);
    expect(() => readRecord(folder)).toThrow(FileError);
    await expect(into(folder)).rejects.toThrow(reason);
    expect(readFileSync(recordPath(), "utf8")).toBe(text);
  });

  test.each<[string, (r: RunRecord) => object]>([
    ["heads", (r) => ({ config: { ...r.config, model: { ...r.config.model, numHeads: 4 } } })],
    ["seed", () => ({ seed: 2 })],
    ["loss", (r) => ({ test: { ...r.test, loss: 0.5 } })],
    ["arithmetic", (r) => ({ environment: { ...r.environment, arithmetic: "cpu" as const } })],
    ["digest", () => ({ sha256: "0".repeat(64) })],
  ])("whose %s was changed is refused, and kept", async (_, change) => {
    const record = copyFinished();
    const text = JSON.stringify({ ...record, ...change(record) });
    writeFileSync(recordPath(), text);
    await expect(into(folder)).rejects.toThrow(/record\.json was changed after it was written: .* move it away/);
    expect(readFileSync(recordPath(), "utf8")).toBe(text);
  });

  test("is undefined where there is none", () => {
    expect(readRecord(folder)).toBeUndefined();
    expect(readRecord(join(folder, "nowhere"))).toBeUndefined();
  });
});

test("a place that cannot be a folder is refused before anything is trained", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "mine");
  const steps: number[] = [];
  for (const place of [file, join(file, "inside")]) {
    const attempt = trainInto(
      { name: "x", config, seed: 1 },
      place,
      { onStep: ({ step }) => steps.push(step) },
      digits,
    );
    await expect(attempt).rejects.toThrow(FileError);
  }
  expect(steps).toEqual([]);
  expect(readFileSync(file, "utf8")).toBe("mine");
  mkdirSync(join(folder, "empty"));
  expect((await into(join(folder, "empty"))).existed).toBe(false);
});

test("a folder takes one training at a time; a cancelled one makes room for the next, as where a cell runs again", async () => {
  const cancel = new AbortController();
  const start = (options: object) => trainInto({ name: "small", config, seed: 1 }, folder, options, digits);
  const first = start({ signal: cancel.signal, onStep: () => cancel.abort() }).catch((error: Error) => error.message);
  await expect(start({})).rejects.toThrow(/is in use: this process has been training small, seed 1, there since/);
  while (!cancel.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await start({});
  expect(await first).toMatch(/stopped at step \d of 8/);
  expect(second.existed).toBe(false);
  expect(readdirSync(folder).sort()).toEqual(["record.json", "weights.safetensors"]);
});
