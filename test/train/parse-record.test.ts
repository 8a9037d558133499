import { describe, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
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

test("a record that was just written is taken as it is", () => {
  expect(read(JSON.parse(JSON.stringify(sound)))).toEqual(sound);
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
      "a configuration that leaves something to a default",
      (r) => delete r.config.model.pooling,
      /configuration is not complete/,
    ],
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
      const record = changed((copy) => delete holder(copy, path)[path[path.length - 1]]);
      expect(() => read(record), path.join(".")).toThrow(FileError);
    }
  });

  test("any part of another type", () => {
    for (const path of everyPlace) {
      for (const other of [null, true, "text", -1.5, [], {}, [[[]]]]) {
        const [key, was] = [path[path.length - 1], holder(sound, path)[path[path.length - 1]]];
        if (typeof other === typeof was && typeof other !== "object") continue;
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
