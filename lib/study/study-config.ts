import { z } from "zod";
import { ConfigError } from "../base/errors";
import { keyPaths } from "../base/key-paths";
import { parseWith, type Written } from "../base/parse-with";
import { runIdentity } from "../train/identity";
import { originPlaces } from "../train/origin-places";
import { rowMark } from "../train/origins";
import type { PresetName } from "../train/presets";
import type { RunConfig } from "../train/record";
import { parseRunConfig, type RunInput, runPaths } from "../train/run-config";
import type { ModelInput } from "../vit/parse-config";
import { checkNeeds } from "./row-order";

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
        from: z.string().min(1).optional(),
      }),
    )
    .min(1),
});

/**
 * A study as it is written in a file: a run's configuration, and what each row binarizes.
 *
 * Where a run's configuration names the folder of another run, such as a teacher's, `row:` and a row's name stand for
 * that row's run of the same seed.
 */
export interface StudyInput extends RunInput {
  readonly name: string;
  readonly extends: PresetName;
  readonly rows: readonly {
    readonly component: string;
    readonly scale: string;
    readonly binarize: NonNullable<ModelInput["binarize"]>;
    /** What is another for this row than for the study. */
    readonly model?: Omit<Partial<ModelInput>, "binarize">;
    readonly training?: RunInput["training"];
    /** Name of the row from whose weights, of the same seed, this one starts. */
    readonly from?: string;
  }[];
}

/**
 * Reads a study: a preset, changes that hold for all rows, and one row for each way to binarize.
 *
 * @param input - parsed JSON: `{ "name": "mine", "extends": "digits", "rows": [{ "component": "mlp", "scale":
 * "learned", "binarize": { "mlp": "learned" } }] }`
 * @param where - what to call it in messages
 * @throws ConfigError if a key is unknown, a row stands twice or is the same as another, its model cannot be, or what it needs is no other row
 */
export function parseStudyConfig(input: Written<StudyInput>, where = "study"): StudyConfig {
  const { name, rows, ...base } = parseWith(studyFields, input, where, [...keyPaths(studyFields), ...runPaths]);
  const parsed = rows.map(({ component, scale, binarize, from, ...own }, i) => {
    const place = `${where}.rows.${i}`;
    refuseTwice(own, from, place);
    const model = { ...base.model, ...own.model, binarize };
    const training = { ...base.training, ...own.training, ...(from !== undefined && { from: rowMark + from }) };
    const name = component === scale ? component : `${component}/${scale}`;
    return { name, component, scale, config: parseRunConfig({ ...base, model, training }, place) };
  });
  const seen = new Set<string>();
  for (const row of parsed) {
    if (seen.has(row.name)) throw new ConfigError(`${where}: row "${row.name}" stands twice. Give each its own scale.`);
    seen.add(row.name);
  }
  checkNeeds(parsed, where);
  refuseTwins(parsed, where);
  return { name, rows: parsed };
}

/** Two rows of one configuration would be trained to the same bits, and differ in nothing but their names. */
function refuseTwins(rows: readonly StudyRow[], where: string): void {
  const names = new Map<string, string>();
  for (const { name, config } of rows) {
    const needed = Object.fromEntries(originPlaces(config.training).map(({ key, run }) => [key, run]));
    const identity = runIdentity(config, 0, "wasm+kernels", needed); // of any seed and arithmetic
    const twin = names.get(identity);
    if (twin !== undefined) {
      throw new ConfigError(`${where}: rows "${twin}" and "${name}" are the same configuration. Leave one out.`);
    }
    names.set(identity, name);
  }
}

/** What a row says in two places, of which one would be lost. */
function refuseTwice(
  { model, training }: { readonly model?: object; readonly training?: object },
  from: string | undefined,
  where: string,
): void {
  const twice: readonly [boolean, string, string][] = [
    [Object.hasOwn(model ?? {}, "binarize"), "model.binarize", "binarize"],
    [from !== undefined && Object.hasOwn(training ?? {}, "from"), "training.from", "from"],
  ];
  for (const [found, key, own] of twice) {
    if (found) throw new ConfigError(`${where}.${key}: a row says this with its own "${own}". Keep that one.`);
  }
}
