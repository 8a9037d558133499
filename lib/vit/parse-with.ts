import type { z } from "zod";
import { ConfigError } from "../errors";

/**
 * Checks a value against a schema and turns the first problem into one readable line.
 *
 * @param schema - what is expected
 * @param input - what came
 * @param where - what to call it, e.g. a file name
 * @returns the value with defaults filled in
 * @throws ConfigError naming the key, what was expected and what came
 */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown, where: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const { path, message } = explain(result.error.issues[0], input);
  throw new ConfigError(`${[where, ...path].join(".")}: ${message}`);
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
  /** Keys that a branch does not know; the branch with the fewest is the one that was meant. */
  readonly unknownKeys: number;
}

function explain(issue: z.core.$ZodIssue, input: unknown): Problem {
  const path = issue.path.map(String);
  const value = path.reduce<unknown>((place, key) => (place as Record<string, unknown> | undefined)?.[key], input);
  if (issue.code === "unrecognized_keys") {
    const named = issue.keys.slice(0, 3).map((key) => JSON.stringify(key.slice(0, longest)));
    const keys = named.join(", ") + (issue.keys.length > 3 ? ` and ${issue.keys.length - 3} more` : "");
    return { path, message: `unknown key ${keys}. Check its spelling, or remove it.`, unknownKeys: issue.keys.length };
  }
  if (issue.code === "invalid_union" && isObject(value)) {
    const meant = issue.errors.map(([first]) => explain(first, value)).reduce(closer);
    return { ...meant, path: [...path, ...meant.path] };
  }
  return { path, message: `expected ${expectation(issue)}, got ${describe(value)}.`, unknownKeys: 0 };
}

// The branch that got furthest is the one the author meant; one that wants no object at all got nowhere.
function closer(a: Problem, b: Problem): Problem {
  if (a.path.length !== b.path.length) return b.path.length > a.path.length ? b : a;
  if (a.unknownKeys === 0 || b.unknownKeys === 0) return b.unknownKeys > 0 ? b : a;
  return b.unknownKeys < a.unknownKeys ? b : a;
}

function expectation(issue: z.core.$ZodIssue): string {
  const options = [...new Set(choices(issue))];
  if (options.length > 1) return `${options.slice(0, -1).join(", ")} or ${options[options.length - 1]}`;
  return options[0];
}

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
  try {
    const text = JSON.stringify(value) ?? typeof value;
    return text.length <= longest ? text : `${text.slice(0, longest)}…`;
  } catch {
    return Array.isArray(value) ? "a list that cannot be written out" : `a value of type ${typeof value}`;
  }
}

const longest = 80;
