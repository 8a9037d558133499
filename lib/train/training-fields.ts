import { z } from "zod";
import { terms } from "./objectives/index";
import type { TrainingConfig } from "./record";

const positive = z.number().positive();

/** Each term by its name, with its own settings. */
const objectiveFields = z
  .strictObject(Object.fromEntries(terms.map(({ name, settings }) => [name, settings.optional()])))
  .refine((objective) => Object.keys(objective).length > 0, "expected at least one term, such as cross-entropy");

/** What a run's `training` may say; what has a default may be left out, in files and in records. */
export const trainingFields = z.strictObject({
  epochs: z.int().min(1),
  batchSize: z.int().min(1),
  learningRate: positive,
  warmupEpochs: z.number().min(0),
  weightDecay: z.number().min(0),
  clipNorm: positive,
  labelSmoothing: z.number().min(0).lt(1),
  cropPadding: z.int().min(0),
  flip: z.boolean(),
  objective: objectiveFields.default({ "cross-entropy": { weight: 1 } }),
  from: z.string().min(1).optional(),
  latentDecay: z.number().min(0).optional(),
  latentClip: z.union([z.literal("off"), positive]).default("off"),
}) as unknown as z.ZodObject & z.ZodType<TrainingConfig>; // terms are an open set: their settings have no static type
