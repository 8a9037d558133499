import { z } from "zod";
import { ConfigError } from "../base/errors";
import { keyPaths } from "../base/key-paths";
import { parseWith, type Written } from "../base/parse-with";
import type { PresetName } from "../train/presets";
import type { RunConfig } from "../train/record";
import { parseRunConfig, type RunInput, runPaths } from "../train/run-config";
import type { ModelInput } from "../vit/parse-config";

/** One row of a study's table: what is binarized, how, and the configuration that does it. */
export interface StudyRow {
  /** `component/scale`, or `float`. */
  readonly name: string;
  /** Which parts are binarized: `float`, `mlp`, `mlp+mhsa`, … */
  readonly component: string;
  /** Name of the scale form: `float`, `unscaled`, `channel`, … */
  readonly scale: string;
  readonly config: RunConfig;
}

/** A grid of runs, complete. */
export interface StudyConfig {
  readonly name: string;
  readonly rows: readonly StudyRow[];
}

// A row's name becomes part of a folder's, and is cut at its slash.
const label = z.string().regex(/^[\p{L}\p{N}_+-][\p{L}\p{M}\p{N}_.+-]*$/u, "expected letters, digits, +, -, _ and .");

const studyFields = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "expected lower-case letters, digits and hyphens"),
  extends: z.string(),
  dataset: z.record(z.string(), z.unknown()).optional(),
  model: z.record(z.string(), z.unknown()).optional(),
  training: z.record(z.string(), z.unknown()).optional(),
  rows: z
    .array(
      z.strictObject({
        component: label,
        scale: label,
        binarize: z.record(z.string(), z.unknown()),
        model: z.record(z.string(), z.unknown()).optional(),
        training: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .min(1),
});

/** A study as it is written in a file: a run's configuration, and what each row binarizes. */
export interface StudyInput extends RunInput {
  readonly name: string;
  readonly extends: PresetName;
  readonly rows: readonly {
    readonly component: string;
    readonly scale: string;
    readonly binarize: NonNullable<ModelInput["binarize"]>;
    /** What else of the model is another in this row. */
    readonly model?: RunInput["model"];
    /** What of the training is another in this row. */
    readonly training?: RunInput["training"];
  }[];
}

/**
 * Reads a study: a preset, changes that hold for all rows, and one row for each way to binarize.
 *
 * @param input - parsed JSON: `{ "name": "mine", "extends": "digits", "rows": [{ "component": "mlp", "scale":
 * "learned", "binarize": { "mlp": "learned" } }] }`
 * @param where - what to call it in messages
 * @throws ConfigError if a key is unknown, a row stands twice or a row's model cannot be
 */
export function parseStudyConfig(input: Written<StudyInput>, where = "study"): StudyConfig {
  const { name, rows, ...base } = parseWith(studyFields, input, where, [...keyPaths(studyFields), ...runPaths]);
  const parsed = rows.map(({ component, scale, binarize, model, training }, i) => ({
    name: component === scale ? component : `${component}/${scale}`,
    component,
    scale,
    config: parseRunConfig(
      { ...base, model: { ...base.model, ...model, binarize }, training: { ...base.training, ...training } },
      `${where}.rows.${i}`,
    ),
  }));
  const seen = new Set<string>();
  for (const row of parsed) {
    if (seen.has(row.name)) throw new ConfigError(`${where}: row "${row.name}" stands twice. Give each its own scale.`);
    seen.add(row.name);
  }
  return { name, rows: parsed };
}
