import { z } from "zod";
import { arithmetics } from "../backend/names";
import { canonicalJson } from "../base/canonical-json";
import { FileError } from "../base/errors";
import { parseWith } from "../base/parse-with";
import { originPlaces } from "./origin-places";
import type { EpochRecord, Origin, RunRecord } from "./record";
import { parseRunConfig } from "./run-config";
import { parseSealed, sealRecord } from "./seal";

const group = z.record(z.string(), z.unknown());
const count = z.int().min(0);
const share = z.number().min(0).max(1);
const notNegative = z.number().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 of 64 hexadecimal digits");

const epochFields: z.ZodType<EpochRecord> = z.strictObject({
  epoch: z.int().min(1),
  trainLoss: notNegative,
  trainAccuracy: share,
  validationLoss: notNegative,
  validationAccuracy: share,
  learningRate: notNegative,
  flipShare: share,
  imagesPerSecond: notNegative,
});

const originFields: z.ZodType<Origin> = z.strictObject({
  name: z.string(),
  seed: count,
  weightsSha256: sha256,
  recipe: sha256,
});

// Strict: a key that is not known here was not written by this version, and would be lost where the record is kept.
const recordFields = z.strictObject({
  schema: z.literal("binvit.run/3"),
  name: z.string(),
  config: z.strictObject({ dataset: group, model: group, training: group }),
  seed: count,
  revisions: z.record(z.string(), z.int().min(1)),
  origins: z.record(z.string(), originFields).optional(),
  dataset: z.strictObject({
    name: z.string(),
    sha256,
    train: count,
    validation: count,
    test: count,
    maxValue: z.number().positive(),
    mean: z.array(z.number()),
    std: z.array(z.number().positive()),
    classNames: z.array(z.string()),
  }),
  environment: z.strictObject({
    binvit: z.string(),
    node: z.string(),
    tfjs: z.string(),
    arithmetic: z.enum(arithmetics),
    platform: z.string(),
    cpu: z.string(),
    registers: z.int().optional(),
    workers: z.int().min(2).optional(),
  }),
  curve: z.array(epochFields),
  test: z.strictObject({
    accuracy: share,
    loss: notNegative,
    count: z.int().min(1),
    correct: z.base64().optional(),
  }),
  bytes: z.strictObject({ float: count, packed: count }),
  parameters: count,
  seconds: notNegative,
  weightsSha256: sha256,
  sha256,
});

/** What binvit 0.3 wrote: it knew no revisions, and no runs made from others. */
const secondFields = recordFields
  .omit({ revisions: true, origins: true })
  .extend({ schema: z.literal("binvit.run/2") });

/** Of binvit 0.2. */
const firstSchema: string = "binvit.run/1";

/**
 * Checks that a parsed JSON file is the record of a run: complete, without any unknown key, every number in its range,
 * the configuration one that could be trained, and all of it as it was written.
 *
 * @param value - what the file holds, in this version's form or that of the one before
 * @param path - the file, for messages
 * @returns the record in this version's form, with the defaults of what an earlier one could not say; sealed as that
 * @throws FileError naming the part that is missing or of another type or range, or if anything was changed
 */
export function parseRecord(value: unknown, path: string): RunRecord {
  const { schema } = (value ?? {}) as { readonly schema?: string };
  if (schema === firstSchema) {
    throw new FileError(
      `${path} was made by binvit 0.2 or earlier. This version corrected the sign behind GELU, so that run would not ` +
        "come out the same. Train it again into another folder; nothing here was changed.",
    );
  }
  const record = parseSealed(value, path, {
    kind: "the record of a run",
    remedy: "Take it from a backup, or move it away and train again.",
    parse: (read) => current(parseWith(schema === "binvit.run/2" ? secondFields : recordFields, read, "it")),
    contradiction,
  });
  return canonicalJson(record) === canonicalJson(value) ? record : sealRecord(record);
}

/** A record of any version in the form of this one; its seal is still that of what was written. */
function current(written: z.output<typeof secondFields> | z.output<typeof recordFields>): RunRecord {
  const { schema: _, name, seed, ...rest } = written;
  const config = parseRunConfig(written.config, "it.config");
  return { schema: "binvit.run/3", name, revisions: {}, ...rest, config, seed };
}

/** @returns what cannot be, if two parts of a record contradict each other */
function contradiction({ config, dataset, curve, test, origins = {} }: RunRecord): string | undefined {
  const { model, training } = config;
  const lengths: readonly [string, number, number][] = [
    ["it.curve", curve.length, training.epochs],
    ["it.dataset.mean", dataset.mean.length, model.channels],
    ["it.dataset.std", dataset.std.length, model.channels],
    ["it.dataset.classNames", dataset.classNames.length, model.numClasses],
  ];
  for (const [name, length, expected] of lengths) {
    if (length !== expected) return `${name}: expected ${expected} entries, got ${length}.`;
  }
  const wrong = curve.findIndex(({ epoch }, i) => epoch !== i + 1);
  if (wrong >= 0) return `it.curve.${wrong}.epoch: expected ${wrong + 1}, got ${curve[wrong].epoch}.`;
  const needed = originPlaces(config.training).map(({ key }) => key);
  const listed = Object.keys(origins);
  if (needed.sort().join() !== listed.sort().join()) {
    return `it.origins: expected ${needed.join(", ") || "none"}, got ${listed.join(", ") || "none"}.`;
  }
  if (test.count !== dataset.test) return `it.test.count: expected ${dataset.test} images, got ${test.count}.`;
  return test.correct === undefined ? undefined : wrongBits(test.correct, test);
}

/** @returns what is wrong with the bits of the images that were classified right */
function wrongBits(text: string, { accuracy, count }: { accuracy: number; count: number }): string | undefined {
  const bytes = Buffer.from(text, "base64");
  if (bytes.length !== Math.ceil(count / 8))
    return `it.test.correct: expected ${count} bits, got ${bytes.length} bytes.`;
  let right = 0;
  for (let i = 0; i < 8 * bytes.length; i++) right += (bytes[i >> 3] >> (i & 7)) & 1;
  const expected = Math.round(accuracy * count);
  return right === expected ? undefined : `it.test.correct: expected ${expected} images, got ${right}.`;
}
