import { z } from "zod";
import { ConfigError, UsageError } from "../base/errors";
import { parseJson } from "../base/json";
import { keyPaths } from "../base/key-paths";
import { parseWith, type Written } from "../base/parse-with";
import { didYouMean } from "../base/suggest";
import { datasetNames } from "../data/sets";
import { type ModelInput, modelFields, parseModelConfig } from "../vit/parse-config";
import { type PresetName, presets } from "./presets";
import type { RunConfig } from "./record";
import { trainingFields } from "./training-fields";

const datasetFields = z.strictObject({
  name: z.enum(datasetNames),
  folder: z.string().optional(),
  trainLimit: z.int().min(1).optional(),
});

// The keys alone: values are checked when those of the preset are there too.
const keysOf = ({ shape }: z.ZodObject) =>
  z.strictObject(Object.fromEntries(Object.keys(shape).map((key) => [key, z.unknown().optional()]))).default({});

const runFields = z.strictObject({
  extends: z.string().optional(),
  dataset: keysOf(datasetFields),
  model: keysOf(modelFields()),
  training: keysOf(trainingFields),
});

/** Every key of a run's configuration, as a dotted path. */
export const runPaths: readonly string[] = keyPaths(
  z.object({ extends: z.string(), dataset: datasetFields, model: modelFields(), training: trainingFields }),
);

/** A run as it is written in a file: what is left out comes from the preset it extends. */
export interface RunInput {
  /** `digits`, `shapes` or `cifar-s`. */
  readonly extends?: PresetName;
  readonly dataset?: Partial<RunConfig["dataset"]>;
  readonly model?: Partial<ModelInput>;
  readonly training?: Partial<RunConfig["training"]>;
}

/**
 * Reads a run's configuration; what it leaves out comes from the preset that it `extends`.
 *
 * @param input - parsed JSON: `{ "extends": "digits", "model": { "binarize": { "mlp": "channel" } } }`
 * @param where - what to call it in messages, e.g. a file name
 * @returns the complete configuration
 * @throws ConfigError if a key is unknown, a value is out of range or sizes do not divide
 */
export function parseRunConfig(input: Written<RunInput>, where = "run"): RunConfig {
  const written = parseWith(runFields, input, where, runPaths);
  const base = written.extends === undefined ? undefined : presetInput(written.extends, where);
  const merged = (part: "dataset" | "model" | "training") => ({ ...base?.[part], ...written[part] });
  return {
    dataset: parseWith(datasetFields, merged("dataset"), `${where}.dataset`),
    model: parseModelConfig(merged("model"), `${where}.model`),
    training: parseWith(trainingFields, merged("training"), `${where}.training`),
  };
}

function presetInput(name: string, where: string) {
  if (Object.hasOwn(presets, name)) return presets[name as PresetName];
  const known = Object.keys(presets);
  throw new ConfigError(
    `${where}.extends: unknown preset "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`,
  );
}

/**
 * Applies `key=value` settings to a configuration that is still as written.
 *
 * @param input - parsed JSON
 * @param settings - dotted paths, e.g. `training.epochs=5`, `model.binarize.mlp=channel`; values are JSON or text
 * @returns a changed copy
 * @throws UsageError if a setting has no `=` or a key is empty; ConfigError if its path crosses a value that is not an object
 */
export function applySettings(input: unknown, settings: readonly string[]): unknown {
  if (typeof input !== "object" || input === null) return input; // for the parser to refuse
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const setting of settings) {
    const at = setting.indexOf("=");
    const path = setting.slice(0, Math.max(0, at)).split(".");
    if (path.includes("")) throw new UsageError(`--set ${setting}: expected key=value, e.g. training.epochs=5.`);
    if (path.includes("__proto__")) throw new ConfigError(`--set ${setting}: unknown key "__proto__". Remove it.`);
    let place = copy;
    for (const key of path.slice(0, -1)) {
      place[key] ??= {};
      if (typeof place[key] !== "object")
        throw new ConfigError(`--set ${setting}: "${key}" holds a value, not a group.`);
      place = place[key] as Record<string, unknown>;
    }
    place[path[path.length - 1]] = parseValue(setting.slice(at + 1));
  }
  return copy;
}

function parseValue(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
