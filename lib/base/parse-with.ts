import type { z } from "zod";
import { ConfigError } from "./errors";
import { keyPaths, meantKey } from "./key-paths";
import { didYouMean } from "./suggest";

/**
 * What a parser takes: anything, since it checks all, but an editor's Tab offers the keys and values of `T`.
 */
// biome-ignore lint/complexity/noBannedTypes: with these three any value will do, and `unknown` would swallow T
export type Written<T> = T | {} | null | undefined;

/**
 * Checks a value against a schema and turns the first problem into one readable line.
 *
 * @param schema - what is expected
 * @param input - what came
 * @param where - what to call it, e.g. a file name
 * @param paths - keys that may have been meant by an unknown one, as `keyPaths` names them; the schema's by default
 * @returns the value with defaults filled in
 * @throws ConfigError naming the key, what was expected and what came
 */
export function parseWith<S extends z.ZodType>(
  schema: S,
  input: unknown,
  where: string,
  paths?: readonly string[],
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { path, message, unknownKeys } = explain(result.error.issues[0], input);
  if (unknownKeys.length > 0) {
    const known = paths ?? keyPaths(schema);
    const named = unknownKeys.slice(0, 3);
    const more = unknownKeys.length > named.length ? ` and ${unknownKeys.length - named.length} more` : "";
    const keys = named.map(describe).join(", ") + more;
    const meant = named.flatMap((key) => meantKey(key, path, known, where) ?? []);
    const advice = meant.length > 0 ? `Did you mean ${meant.join(", ")}?` : "Check its spelling, or remove it.";
    throw new ConfigError(`${[where, ...path].join(".")}: unknown key ${keys}. ${advice}`);
  }
  throw new ConfigError(`${[where, ...path].join(".")}: ${message}`);
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  /** Keys that a branch does not know; the branch with the fewest is the one that was meant. */
  readonly unknownKeys: readonly string[];
}

function explain(issue: z.core.$ZodIssue, input: unknown): Problem {
  const path = issue.path.map(String);
  const value = path.reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], input);
  if (issue.code === "unrecognized_keys") return { path, message: "", unknownKeys: issue.keys };
  if (issue.code === "invalid_union" && isObject(value)) {
    const meant = issue.errors.map(([first]) => explain(first, value)).reduce(closer);
    return { ...meant, path: [...path, ...meant.path] };
  }
  const options = [...new Set(choices(issue))];
  const meant = typeof value === "string" ? didYouMean(JSON.stringify(value), options) : "";
  return { path, message: `expected ${either(options)}, got ${describe(value)}.${meant}`, unknownKeys: [] };
}

// The branch that got furthest is the one the author meant; one that wants no object at all got nowhere.
function closer(a: Problem, b: Problem): Problem {
  if (a.path.length !== b.path.length) return b.path.length > a.path.length ? b : a;
  const [inA, inB] = [a.unknownKeys.length, b.unknownKeys.length];
  if (inA === 0 || inB === 0) return inB > 0 ? b : a;
  return inB < inA ? b : a;
}

const either = (options: readonly string[]): string =>
  options.length > 1 ? `${options.slice(0, -1).join(", ")} or ${options[options.length - 1]}` : options[0];

function choices(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union") return issue.errors.flat().flatMap(choices);
  if (issue.code === "invalid_value") return issue.values.map((value) => JSON.stringify(value));
  const wanted = /expected (.*?)(, received .*)?$/.exec(issue.message);
  return [wanted ? wanted[1].replace(/^(record|object)$/, "an object") : issue.message];
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value);

/** The value as it was written; long ones cut, nested ones without end named only. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value); // JSON has no Infinity
  try {
    const text = JSON.stringify(value) ?? typeof value;
    return text.length <= longest ? text : `${text.slice(0, longest)}…`;
  } catch {
    return Array.isArray(value) ? "a list that cannot be written out" : `a value of type ${typeof value}`;
  }
}

const longest = 80;
