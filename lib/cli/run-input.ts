import { existsSync } from "node:fs";
import { UsageError } from "../errors";
import { readJson } from "../files";

/**
 * A preset's name or a JSON file, as given on the command line.
 *
 * @param what - `digits` or `my-run.json`
 * @param known - names of the presets
 * @param fromName - what a preset's name stands for
 * @returns the configuration as written
 * @throws UsageError if it is neither
 */
export function presetOrFile(what: string, known: readonly string[], fromName: (name: string) => unknown): unknown {
  if (known.includes(what)) return fromName(what);
  if (existsSync(what) || what.endsWith(".json")) return readJson(what);
  throw new UsageError(`"${what}" is neither a preset nor a file. Presets: ${known.join(", ")}.`);
}

/** Collects a repeatable option. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

/**
 * A whole number from the command line.
 *
 * @throws UsageError if it is none, or below the least
 */
export function wholeNumber(option: string, text: string, least = 0): number {
  const value = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN; // Number("") would be 0
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${option} expects a whole number of at least ${least}, got "${text}".`);
}

/**
 * Seeds from the command line: single ones and ranges, `1,2,3` or `1-10`.
 *
 * @throws UsageError if a part is neither, a range runs backwards, or a seed is named twice
 */
export function seedList(option: string, text: string): number[] {
  const seeds = text.split(",").flatMap((part) => {
    const [first, last] = part.split("-", 2).map((seed) => wholeNumber(option, seed));
    if (last === undefined) return [first];
    if (last < first) throw new UsageError(`${option} expects ranges from low to high, got "${part}".`);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  if (new Set(seeds).size < seeds.length) throw new UsageError(`${option} names a seed twice: ${text}.`);
  return seeds;
}

const backends = ["auto", "tensorflow", "wasm", "cpu"] as const;

/**
 * A backend's name from the command line.
 *
 * @throws UsageError if there is no such backend
 */
export function backendChoice(text: string): (typeof backends)[number] {
  const choice = backends.find((name) => name === text);
  if (choice) return choice;
  throw new UsageError(`--backend expects ${backends.join(", ")}, got "${text}".`);
}
