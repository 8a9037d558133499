import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { arithmetic } from "../../lib/backend/arithmetic";
import { useBackend } from "../../lib/backend/select";
import { DivergenceError } from "../../lib/base/errors";
import { decodeSafetensors, encodeSafetensors } from "../../lib/base/safetensors";
import type { Dataset } from "../../lib/data/dataset";
import { readCheckpoint, type TrainingIdentity, writeCheckpoint } from "../../lib/train/checkpoint";
import { runIdentity } from "../../lib/train/identity";
import type { EpochRecord, RunConfig, RunRecord } from "../../lib/train/record";
import { trainInto } from "../../lib/train/run";
import type { TrainingState } from "../../lib/train/state";
import { train } from "../../lib/train/train";
import { smallDigits, smallRun } from "./small-run";

const config = smallRun({ training: { epochs: 2 } });
let digits: Dataset;
let identity: TrainingIdentity;
/** What training leaves behind when it is stopped in its second epoch. */
let saved: TrainingState;
/** The record of the same run, never interrupted. */
let whole: RunRecord;
let folder: string;
let notices: string[];

beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
  identity = identityOf(config, 1);
  const controller = new AbortController();
  const stopped = train(config, 1, digits, {
    signal: controller.signal,
    onEpoch: (_, state) => {
      saved = state();
      controller.abort();
    },
  });
  await expect(stopped).rejects.toThrow(/stopped at step 5 of 8/);
  const place = mkdtempSync(join(tmpdir(), "binvit-whole-"));
  whole = (await trainInto({ name: "small", config, seed: 1 }, place, {}, digits)).record;
  rmSync(place, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-checkpoint-"));
  notices = [];
  writeCheckpoint(folder, identity, saved);
});
afterEach(() => rmSync(folder, { recursive: true }));

const identityOf = (config: RunConfig, seed: number, workers = 1): TrainingIdentity => ({
  run: runIdentity(config, seed, arithmetic()),
  data: digits.sha256,
  workers,
  made: { config, seed, arithmetic: arithmetic() },
});
const path = () => join(folder, "checkpoint.safetensors");
const read = (who = identity) => readCheckpoint(folder, who, (line) => notices.push(line));

/** Goes on in the folder, and tells the steps that were trained. */
async function goOn(): Promise<{ record: RunRecord; steps: number[] }> {
  const steps: number[] = [];
  const options = {
    onStep: ({ step }: { step: number }) => steps.push(step),
    onNotice: (line: string) => notices.push(line),
  };
  const { record } = await trainInto({ name: "small", config, seed: 1 }, folder, options, digits);
  return { record, steps };
}

describe("an interrupted run", () => {
  test("goes on from its checkpoint, to the same weights bit for bit, and removes it", async () => {
    const { record, steps } = await goOn();
    expect(steps[0]).toBe(5);
    expect(existsSync(path())).toBe(false);
    expect(record.weightsSha256).toBe(whole.weightsSha256);
    expect(record.test).toEqual(whole.test);
    expect(record.curve).toHaveLength(2);
    expect(notices).toEqual([]);
  });

  test("goes on from any step, within an epoch, at its end and before the test, to the same weights and curve", async () => {
    const moved = smallRun({ training: { epochs: 2, cropPadding: 1, flip: true } });
    const run = { name: "small", config: moved, seed: 3 };
    const timeless = ({ imagesPerSecond: _, ...rest }: EpochRecord) => rest;
    const uninterrupted = (await trainInto(run, join(folder, "whole"), {}, digits)).record;
    for (let steps = 1; steps <= 8; steps++) {
      const place = join(folder, `${steps}`);
      const controller = new AbortController();
      const onStep = ({ step }: { step: number }) => step === steps && controller.abort();
      const options = { signal: controller.signal, onStep };
      if (steps < 8) {
        await expect(trainInto(run, place, options, digits)).rejects.toThrow(
          `stopped at step ${steps + 1} of 8. Where it stands is kept in ${place}: the same command goes on from there.`,
        );
      }
      const first: number[] = [];
      const { record } = await trainInto(run, place, { onStep: ({ step }) => first.push(step) }, digits);
      expect(first[0]).toBe(steps < 8 ? steps + 1 : 1);
      expect(record.weightsSha256).toBe(uninterrupted.weightsSha256);
      expect(record.curve.map(timeless)).toEqual(uninterrupted.curve.map(timeless));
      expect(record.test).toEqual(uninterrupted.test);
      expect(readdirSync(place).sort()).toEqual(["record.json", "weights.safetensors"]);
    }
  });

  test.each<[string, () => TrainingIdentity, RegExp]>([
    [
      "another run",
      () => identityOf(smallRun({ training: { epochs: 5 }, model: { depth: 2 } }), 2),
      /of another run: model\.depth is 1 there and 2 here; training\.epochs is 2 there and 5 here; seed is 1 there and 2 here\. Train with the same settings, choose another folder with --out/,
    ],
    ["other workers", () => identityOf(config, 1, 2), /of another run: workers is 1 there and 2 here\./],
  ])("of %s is refused with the settings that differ, and stays", (_, who, message) => {
    expect(read()?.epoch).toBe(1);
    const before = readFileSync(path());
    expect(() => read(who())).toThrow(message);
    expect(readFileSync(path())).toEqual(before);
    expect([readdirSync(folder), notices]).toEqual([["checkpoint.safetensors"], []]);
  });

  test("whose last checkpoint is damaged goes on from the one before it", async () => {
    const earlier = { ...saved, seconds: 1 };
    writeCheckpoint(folder, identity, earlier);
    writeCheckpoint(folder, identity, saved);
    expect(readdirSync(folder).sort()).toEqual(["checkpoint.before.safetensors", "checkpoint.safetensors"]);
    writeFileSync(path(), readFileSync(path()).subarray(0, 999));
    expect(read()).toEqual(earlier);
    expect(notices).toEqual([
      `${path()} is damaged, or of an earlier version: it is now ` +
        `${join(folder, "checkpoint.damaged.safetensors")}, and the one before it is used.`,
    ]);
    const { record, steps } = await goOn();
    expect([steps[0], record.weightsSha256]).toEqual([5, whole.weightsSha256]);
  });

  test("that was killed between two renames goes on from the checkpoint that has its name", () => {
    renameSync(path(), join(folder, "checkpoint.before.safetensors"));
    expect(read()).toEqual(saved);
    expect(notices).toEqual([]);
  });

  test("goes on with its own data only: on others it is refused, and its checkpoint stays", async () => {
    const before = readFileSync(path());
    const labels = digits.train.labels.map((label) => (label + 1) % 10);
    const swapped = { ...digits, train: { ...digits.train, labels }, sha256: "5".repeat(64) };
    const attempt = trainInto({ name: "small", config, seed: 1 }, folder, {}, swapped);
    await expect(attempt).rejects.toThrow(
      /checkpoint\.safetensors is of this run on other data: those had SHA-256 \w{12}…, those that are here have 555555555555…\. Bring the former back/,
    );
    expect(readFileSync(path())).toEqual(before);
    expect(readdirSync(folder)).toEqual(["checkpoint.safetensors"]);
  });

  test("whose checkpoint is damaged says so in one line, keeps it, starts over and finishes", async () => {
    const damaged = readFileSync(path());
    damaged[damaged.length - 5] ^= 1;
    writeFileSync(path(), damaged);
    const { record, steps } = await goOn();
    expect(steps[0]).toBe(1);
    expect(record.weightsSha256).toBe(whole.weightsSha256);
    expect(notices).toEqual([
      `${path()} is damaged, or of an earlier version: it is now ` +
        `${join(folder, "checkpoint.damaged.safetensors")}, and this run starts over.`,
    ]);
    expect(readdirSync(folder).sort()).toEqual([
      "checkpoint.damaged.safetensors",
      "record.json",
      "weights.safetensors",
    ]);
    expect(readFileSync(join(folder, "checkpoint.damaged.safetensors"))).toEqual(damaged);
  });
});

/** The checkpoint with a change that keeps it a sound safetensors file. */
function rewritten(change: (arrays: Record<string, unknown>, metadata: Record<string, string>) => void): Uint8Array {
  const { arrays, metadata } = decodeSafetensors(readFileSync(path()), "c");
  const copy = { ...arrays };
  change(copy, metadata);
  return encodeSafetensors(copy, metadata);
}

describe("a checkpoint", () => {
  test.each<[string, () => string | Uint8Array]>([
    ["cut off", () => readFileSync(path()).subarray(0, 1000)],
    ["empty", () => ""],
    ["a text", () => "not a checkpoint"],
    ["without a digest", () => rewritten((_, metadata) => delete metadata.sha256)],
    [
      "with a weight that is not a number",
      () => rewritten((a) => (a["weight/head.bias"] = { shape: [10], data: new Float32Array(10).fill(Number.NaN) })),
    ],
    [
      "with a tensor of another name",
      () =>
        rewritten((a) => {
          a["weight/constructor"] = a["weight/head.bias"];
          delete a["weight/head.bias"];
        }),
    ],
    [
      "with a tensor of another shape",
      () => rewritten((a) => (a["weight/head.bias"] = { shape: [5, 2], data: saved.weights["head.bias"].data })),
    ],
    ["without a moment", () => rewritten((a) => delete a["second/head.bias"])],
    ["with another progress", () => rewritten((_, m) => (m.progress = m.progress.replace('"epoch":1', '"epoch":2')))],
    ["with a further text", () => rewritten((_, m) => (m.note = "mine"))],
    ["of an identity that was changed", () => rewritten((_, m) => (m.identity = "0".repeat(64)))],
  ])("%s is moved aside, and never stands in the way again", (_, content) => {
    writeFileSync(path(), content());
    expect(read()).toBeUndefined();
    expect(notices).toHaveLength(1);
    expect(read()).toBeUndefined();
    expect(notices).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["checkpoint.damaged.safetensors"]);
  });

  test("that is damaged never replaces one that was damaged before", () => {
    for (const text of ["first", "second"]) {
      writeFileSync(path(), text);
      read();
    }
    expect(readFileSync(join(folder, "checkpoint.damaged.safetensors"), "utf8")).toBe("first");
    expect(readFileSync(join(folder, "checkpoint.damaged-2.safetensors"), "utf8")).toBe("second");
  });

  test("with any of its bits flipped is refused, or says the same", () => {
    const sound = readFileSync(path());
    const before = JSON.stringify(read());
    for (let bit = 3; bit < 8 * sound.length; bit += 8 * 97 + 1) {
      const flipped = Buffer.from(sound);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      writeFileSync(path(), flipped);
      const state = read();
      if (state) expect(JSON.stringify(state)).toBe(before);
    }
    expect(notices.length).toBeGreaterThan(50);
  });
});

describe("a training whose checkpoints cannot be written", () => {
  test("goes on, says so once, and does not claim when stopped that one was kept", async () => {
    rmSync(path());
    const controller = new AbortController();
    const onStep = ({ step }: { step: number }) => {
      if (step === 1) mkdirSync(path()); // in the way
      if (step === 3) controller.abort();
    };
    const onNotice = (line: string) => notices.push(line);
    const attempt = trainInto(
      { name: "small", config, seed: 1 },
      folder,
      { signal: controller.signal, onStep, onNotice },
      digits,
    );
    await expect(attempt).rejects.toThrow(
      /stopped at step 4 of 8\. No checkpoint of that was kept; the same command goes on from the last one\./,
    );
    expect(notices).toEqual([
      expect.stringMatching(
        /^No checkpoint could be written, and the training goes on without\. Cannot write .* it is a folder/,
      ),
    ]);
  });
});

test("weights that are no longer finite end the training, and reach no checkpoint", async () => {
  const wild = smallRun({ training: { epochs: 1, warmupEpochs: 0, learningRate: 3e38 } });
  let epochs = 0;
  const attempt = train(wild, 1, digits, { onEpoch: () => epochs++ });
  await expect(attempt).rejects.toThrow(DivergenceError);
  expect(epochs).toBe(0);
});
