import { z } from "zod";
import { canonicalJson } from "../base/canonical-json";
import { BinvitError, FileError } from "../base/errors";
import { parseWith } from "../base/parse-with";
import type { EpochRecord, RunConfig, RunRecord } from "./record";
import { parseRunConfig } from "./run-config";
import { recordSha256, sealRecord } from "./seal";

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

// Strict: a key that is not known here was not written by this version, and would be lost where the record is kept.
const recordFields = z.strictObject({
  schema: z.enum(["binvit.run/2", "binvit.run/3"]),
  name: z.string(),
  config: z.strictObject({ dataset: group, model: group, training: group }),
  revisions: z.record(z.string(), z.int().min(1)).optional(), // since binvit.run/3
  seed: count,
  origins: z
    .record(z.string(), z.strictObject({ name: z.string(), seed: count, weightsSha256: sha256, recipe: sha256 }))
    .optional(),
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
    arithmetic: z.enum(["tensorflow", "wasm+kernels", "wasm", "cpu"]),
    platform: z.string(),
    cpu: z.string(),
    workers: z.int().min(2).optional(),
  }),
  curve: z.array(epochFields),
  test: z.strictObject({ accuracy: share, loss: notNegative, count: z.int().min(1) }),
  bytes: z.strictObject({ float: count, packed: count }),
  parameters: count,
  seconds: notNegative,
  weightsSha256: sha256,
  sha256,
});

const earlierSchema: string = "binvit.run/1";

/**
 * Checks that a parsed JSON file is the record of a run: complete, without any unknown key, every number in its range,
 * the configuration one that can be trained, and all of it as it was written.
 *
 * @param value - what the file holds
 * @param path - the file, for messages
 * @returns the same value; what an earlier version wrote in today's form, with the defaults of what it did not know
 * @throws FileError naming the part that is missing or of another type or range, or if anything was changed
 */
export function parseRecord(value: unknown, path: string): RunRecord {
  if ((value as Partial<RunRecord> | null)?.schema === earlierSchema) {
    throw new FileError(
      `${path} was made by binvit 0.2 or earlier. This version corrected the sign behind GELU, so that run would not ` +
        "come out the same. Train it again into another folder; nothing here was changed.",
    );
  }
  const refuse = (problem: string) => new FileError(`${path} is not the record of a run. ${problem} ${remedy}`);
  let config: RunConfig;
  try {
    config = parseRunConfig(parseWith(recordFields, value, "it").config, "it.config");
  } catch (error) {
    if (error instanceof BinvitError) throw refuse(error.message);
    throw error;
  }
  const record = value as RunRecord;
  const problem = contradiction({ ...record, config });
  if (problem) throw refuse(problem);
  if (recordSha256(record) !== record.sha256) {
    throw new FileError(`${path} was changed after it was written: its SHA-256 is not the one it carries. ${remedy}`);
  }
  const { revisions = {} } = record;
  const current = { ...record, schema: "binvit.run/3", config, revisions } as const;
  return canonicalJson(current) === canonicalJson(record) ? record : sealRecord(current);
}

const remedy = "Take it from a backup, or move it away and train again.";

/** @returns what cannot be, if two parts of a record contradict each other */
function contradiction({ schema, revisions, config, dataset, curve, test }: RunRecord): string | undefined {
  const { model, training } = config;
  if (schema === "binvit.run/3" && !revisions) return "it.revisions: expected an object, got nothing.";
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
  if (test.count !== dataset.test) return `it.test.count: expected ${dataset.test} images, got ${test.count}.`;
  return undefined;
}
