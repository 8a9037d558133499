import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import { parseRecord } from "../../lib/train/parse-record";
import type { RunRecord } from "../../lib/train/record";
import { sealRecord } from "../../lib/train/seal";
import { madeUpRecord } from "../study/records";

// biome-ignore lint/suspicious/noExplicitAny: it is damaged at will
type Loose = any;

const sound = madeUpRecord("mlp/channel", 3, 0.9);
const read = (value: unknown) => parseRecord(value, "runs/a/record.json");

/** The record after a change, sealed again: what is refused then is refused for what it says. */
function changed(change: (record: Loose) => void): RunRecord {
  const copy = structuredClone(sound) as Loose;
  change(copy);
  return sealRecord(copy);
}

/** The paths of every key and entry of a value. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.keys(value).flatMap((key) => [[...path, key], ...places((value as Loose)[key], [...path, key])]);
}

const holder = (record: Loose, path: readonly string[]) => path.slice(0, -1).reduce((place, key) => place[key], record);
// The first epoch stands for all of them.
const everyPlace = places(sound).filter(
  ([first, second]) => first !== "sha256" && (first !== "curve" || Number(second ?? 0) < 1),
);

const hasDefault =
  /^config\.(model\.(pooling|normEpsilon|activation|stem|shift|binarize)|training\.(objective$|objective.*weight|latentClip))/;
/** Of a group, in which every key has a default. */
const isEmpty = (value: unknown) => JSON.stringify(value) === "{}";

test("a record that was just written is taken as it is", () => {
  expect(read(JSON.parse(JSON.stringify(sound)))).toEqual(sound);
});

test("what was not there yet when it was written has its default", () => {
  for (const change of [
    (r: Loose) => delete r.config.model.pooling,
    (r: Loose) => delete r.config.training.objective,
    (r: Loose) => delete r.config.training.objective["cross-entropy"].weight,
    (r: Loose) => delete r.config.training.latentClip,
  ]) {
    expect(read(changed(change))).toEqual(sound);
  }
});

test("a record of the form before is read in today's, and nothing else of it is changed", () => {
  const path = join(kitRoot(), "test", "train", "record-of-form-2.json");
  const written = JSON.parse(readFileSync(path, "utf8"));
  expect(written.schema).toBe("binvit.run/2");
  const record = parseRecord(written, path);
  const { schema, revisions, config, sha256, ...rest } = record;
  expect({ schema, revisions }).toEqual({ schema: "binvit.run/3", revisions: {} });
  expect(written).toMatchObject(rest);
  expect(config.training).toEqual({
    ...written.config.training,
    objective: { "cross-entropy": { weight: 1 } },
    latentClip: "off",
  });
  expect(parseRecord(JSON.parse(JSON.stringify(record)), path)).toEqual(record); // as it would be kept
  written.test.accuracy = 0.99;
  expect(() => parseRecord(written, path)).toThrow("was changed after it was written");
});

const origin = { name: "float", seed: 3, weightsSha256: "1".repeat(64), recipe: "2".repeat(64) };
const learned = (r: Loose) => (r.config.training.objective = { distillation: { teacher: "runs/float-s3" } });

test("a record says what the runs were that its own was made from", () => {
  const record = changed((r) => {
    learned(r);
    r.origins = { "objective.distillation.teacher": origin };
  });
  expect(read(record).origins).toEqual({ "objective.distillation.teacher": origin });
});

describe("a record is refused with its path and the reason", () => {
  test.each<[string, (record: Loose) => void, RegExp]>([
    [
      "heads that do not divide",
      (r) => (r.config.model.numHeads = 5),
      /it\.config\.model\.embedDim must be a multiple of numHeads/,
    ],
    [
      "too many blocks",
      (r) => (r.config.model.depth = 44_444_444),
      /it\.config\.model\.depth: expected .*got 44444444/,
    ],
    [
      "an accuracy of more than all",
      (r) => (r.test.accuracy = 8.75),
      /it\.test\.accuracy: expected number to be <=1, got 8\.75/,
    ],
    [
      "an accuracy below none",
      (r) => (r.curve[3].validationAccuracy = -0.1),
      /it\.curve\.3\.validationAccuracy: expected .*>=0/,
    ],
    ["no training", (r) => delete r.config.training, /it\.config\.training: expected an object, got nothing/],
    [
      "a teacher of whom it says nothing",
      learned,
      /it\.origins: expected objective\.distillation\.teacher, got none\./,
    ],
    [
      "a run that it was not made from",
      (r) => (r.origins = { from: origin }),
      /it\.origins: expected none, got from\./,
    ],
    ["a setting of another version", (r) => (r.config.training.mixup = 1), /it\.config\.training: unknown key "mixup"/],
    ["revisions in an earlier form", (r) => (r.schema = "binvit.run/2"), /it: unknown key "revisions"/],
    [
      "a digest of other letters",
      (r) => (r.weightsSha256 = "z".repeat(64)),
      /it\.weightsSha256: expected a SHA-256 of 64 hexadecimal digits/,
    ],
    ["a short digest", (r) => (r.dataset.sha256 = "00"), /it\.dataset\.sha256: expected a SHA-256/],
    ["a lost epoch", (r) => r.curve.pop(), /it\.curve: expected 25 entries, got 24/],
    ["an epoch twice", (r) => (r.curve[1] = r.curve[0]), /it\.curve\.1\.epoch: expected 2, got 1/],
    ["another count of test images", (r) => (r.test.count = 7), /it\.test\.count: expected 360 images, got 7/],
    [
      "too few names of classes",
      (r) => r.dataset.classNames.pop(),
      /it\.dataset\.classNames: expected 10 entries, got 9/,
    ],
    ["a key of another version", (r) => (r.machine = "mine"), /it: unknown key "machine"/],
    [
      "a prototype",
      (r) => Object.defineProperty(r, "__proto__", { value: 1, enumerable: true }),
      /unknown key "__proto__"/,
    ],
    [
      "a long text where a number belongs",
      (r) => (r.seconds = "9".repeat(1e6)),
      /it\.seconds: expected number, got "9{50,}…\. Take it/,
    ],
  ])("%s", (_, change, reason) => {
    const record = changed(change);
    expect(() => read(record)).toThrow(FileError);
    expect(() => read(record)).toThrow(reason);
    expect(() => read(record)).toThrow(
      /^runs\/a\/record\.json is not the record of a run\. .* move it away and train again\.$/,
    );
  });

  test("any part that is missing", () => {
    for (const path of everyPlace) {
      if (Array.isArray(holder(sound, path))) continue; // lists have a test of their own
      if (hasDefault.test(path.join("."))) continue;
      const record = changed((copy) => delete holder(copy, path)[path[path.length - 1]]);
      expect(() => read(record), path.join(".")).toThrow(FileError);
    }
  });

  test("any part of another type", () => {
    for (const path of everyPlace) {
      for (const other of [null, true, "text", -1.5, [], {}, [[[]]]]) {
        if (path.join(".") === "config.model.shift" && Array.isArray(other) && other.length === 0) continue;
        const [key, was] = [path[path.length - 1], holder(sound, path)[path[path.length - 1]]];
        if (typeof other === typeof was && typeof other !== "object") continue;
        if (/^(revisions|config\.model\.binarize.*|config.*\.cross-entropy)$/.test(path.join(".")) && isEmpty(other))
          continue;
        const record = changed((copy) => {
          holder(copy, path)[key] = other;
        });
        expect(() => read(record), `${path.join(".")} = ${JSON.stringify(other)}`).toThrow(FileError);
      }
    }
  });

  test("what is no object at all", () => {
    for (const value of [null, undefined, 1, "binvit.run/2", [], [sound], true]) {
      expect(() => read(value)).toThrow(FileError);
    }
  });
});
