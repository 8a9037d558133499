import { z } from "zod";
import { FileError } from "../errors";
import { parseWith } from "../vit/parse-with";
import type { RunRecord } from "./record";
import { recordSha256 } from "./seal";

const group = z.record(z.string(), z.unknown());
const count = z.int().min(0);

const recordFields = z.object({
  schema: z.literal("binvit.run/2"),
  name: z.string(),
  config: z.object({ dataset: group, model: group, training: group }),
  seed: count,
  dataset: z.object({
    name: z.string(),
    sha256: z.string(),
    train: count,
    validation: count,
    test: count,
    maxValue: z.number().positive(),
    mean: z.array(z.number()),
    std: z.array(z.number().positive()),
    classNames: z.array(z.string()),
  }),
  environment: group,
  curve: z.array(z.object({ epoch: count, trainLoss: z.number(), validationAccuracy: z.number() })),
  test: z.object({ accuracy: z.number(), loss: z.number(), count }),
  bytes: z.object({ float: count, packed: count }),
  parameters: count,
  seconds: z.number(),
  weightsSha256: z.string(),
  sha256: z.string(),
});

const earlierSchema: string = "binvit.run/1";

/**
 * Checks that a parsed JSON file is the record of a run.
 *
 * @param value - what the file holds
 * @param path - the file, for messages
 * @returns the same value
 * @throws FileError naming the part that is missing or of another type, or if anything was changed since it was written
 */
export function parseRecord(value: unknown, path: string): RunRecord {
  if ((value as Partial<RunRecord> | null)?.schema === earlierSchema) {
    throw new FileError(
      `${path} was made by binvit 0.2 or earlier. This version corrected the sign behind GELU, so that run would not ` +
        "come out the same. Train it again into another folder; nothing here was changed.",
    );
  }
  try {
    parseWith(recordFields, value, "it");
  } catch (error) {
    throw new FileError(`${path} is not the record of a run. ${(error as Error).message} Move it away.`);
  }
  const record = value as RunRecord;
  if (recordSha256(record) !== record.sha256) {
    throw new FileError(
      `${path} was changed after it was written: its SHA-256 is not the one it carries. ` +
        "Take it from a backup, or move it away and train again.",
    );
  }
  return record;
}
