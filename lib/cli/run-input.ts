import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Argument, Option } from "commander";
import { backendNames } from "../backend/names";
import { UsageError } from "../base/errors";
import { readJson } from "../base/read-json";
import { didYouMean } from "../base/suggest";

/** The argument that `presetOrFile` reads. */
export const presetArgument = (known: readonly string[]): Argument =>
  new Argument("<preset|file>", alternatives([...known, "a JSON file"]));

/**
 * A preset's name or a JSON file, as given on the command line.
 *
 * @param what - `digits` or `my-run.json`
 * @param known - names of the presets
 * @param fromName - what a preset's name stands for
 * @returns the configuration as written
 * @throws UsageError if it is neither
 */
export function presetOrFile<Name extends string>(
  what: string,
  known: readonly Name[],
  fromName: (name: Name) => unknown,
): unknown {
  const preset = known.find((name) => name === what);
  if (preset !== undefined) return fromName(preset);
  if (existsSync(what) || what.endsWith(".json")) return readJson(what);
  throw new UsageError(
    `${quoted(what)} is neither a preset nor a file.${didYouMean(what, known)} Presets: ${known.join(", ")}.`,
  );
}

/** What was given, as messages quote it: on one line, and cut where it is long. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 59)}…` : text);

/** Collects a repeatable option. */
export const collect = (value: string, earlier: readonly string[] = []): string[] => [...earlier, value];

/** Which whole numbers an option takes. */
export interface Limits {
  readonly least: number;
  readonly most: number;
}

/** Seeds: whatever a number can hold exactly. */
const seedLimits: Limits = { least: 0, most: Number.MAX_SAFE_INTEGER };

/** Seeds in one study; a thousand times what a table needs, and few enough to be listed. */
const mostSeeds = 10_000;

/** Threads of one run, or runs side by side: more than any machine that this runs on has cores for. */
export const parallelLimits: Limits = { least: 1, most: 64 };

/** Times that a run which failed is tried again. */
export const retryLimits: Limits = { least: 0, most: 100 };

/** Runs that one worker trains before it ends. */
export const runLimits: Limits = { least: 1, most: 1_000_000 };

/** @returns how many runs go side by side unless another number is asked for: a run takes one core, and memory of its own */
export function usualJobs(): string {
  const cores = availableParallelism();
  return String(Math.min(parallelLimits.most, cores <= 2 ? cores : Math.floor(cores / 2)));
}

/**
 * The option that commands had which run several things side by side, with what it now means.
 *
 * @throws UsageError wherever it is given
 */
export function workersElsewhere(): Option {
  return new Option("--workers <n>").hideHelp().argParser(() => {
    throw new UsageError(
      "--workers are the threads of one run, an option of `binvit train`. For several side by side say --jobs <n>.",
    );
  });
}

/** Seconds that a timer can wait: 2³¹ − 1 ms, past which it fires at once. */
export const timeoutLimits: Limits = { least: 1, most: Math.floor((2 ** 31 - 1) / 1000) };

/**
 * A whole number from the command line, written in decimal digits.
 *
 * @param option - its name, for the message
 * @param text - as given
 * @param limits - what is allowed
 * @throws UsageError if it is none, or beyond the limits
 */
export function wholeNumber(option: string, text: string, { least, most }: Limits): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN; // Number alone takes "", " 3", "1e3" and "0x10" too
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} expects a whole number from ${least} to ${most}, got ${quoted(text)}.`);
}

/**
 * The name of a run: any text that fits into a line.
 *
 * @throws UsageError if it is empty, or has line ends or other control characters
 */
export function runName(option: string, text: string): string {
  if (text.trim() !== "" && text.length <= 200 && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)) return text;
  throw new UsageError(`${option} expects 1 to 200 characters on one line, got ${quoted(text)}.`);
}

/** A seed from the command line. */
export const oneSeed = (option: string, text: string): number => wholeNumber(option, text, seedLimits);

/**
 * Seeds from the command line: single ones and ranges, `1,2,3` or `1-10`.
 *
 * @throws UsageError if a part is neither, a range runs backwards, a seed is named twice or there are too many
 */
export function seedList(option: string, text: string): number[] {
  const seeds = new Set<number>();
  for (const part of text.split(",")) {
    const [, from, to] = /^(\d+)-(\d+)$/.exec(part) ?? [];
    if (from === undefined && !/^\d+$/.test(part)) {
      throw new UsageError(
        `${option} expects seeds and ranges of seeds with commas between them, such as 1,2,3 or 1-10, ` +
          `got ${quoted(part)}${part === text ? "" : ` in ${quoted(text)}`}.`,
      );
    }
    const [first, last] = [from ?? part, to ?? part].map((seed) => oneSeed(option, seed));
    if (last < first) throw new UsageError(`${option} expects ranges from low to high, got ${quoted(part)}.`);
    const count = last - first + 1;
    if (seeds.size + count > mostSeeds) {
      throw new UsageError(
        `${option} expects at most ${mostSeeds} seeds, got ${seeds.size + count} with ${quoted(part)}.`,
      );
    }
    for (let seed = first, i = 0; i < count; seed++, i++) {
      if (seeds.has(seed)) throw new UsageError(`${option} names seed ${seed} twice: ${quoted(text)}.`);
      seeds.add(seed);
    }
  }
  return [...seeds];
}

/** @returns the words as a sentence has them: `a, b or c` */
export const alternatives = (words: readonly string[]): string =>
  [words.slice(0, -1).join(", "), words.at(-1)].filter(Boolean).join(" or ");

/**
 * One of several words.
 *
 * @param what - the option or argument, for the message
 * @param text - as given
 * @param words - what is allowed
 * @throws UsageError if it is none of them
 */
export function oneOf<Word extends string>(what: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new UsageError(`${what} expects ${alternatives(words)}, got ${quoted(text)}.${didYouMean(text, words)}`);
}

/** A backend's name from the command line. */
export const backendChoice = (text: string) => oneOf("--backend", text, backendNames);

/** The option that `backendChoice` reads. */
export const backendOption = (): Option => new Option("--backend <name>", alternatives(backendNames)).default("auto");
