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
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const { path, message } = deepest(result.error.issues[0]);
  throw new ConfigError(`${[where, ...path].join(".")}: ${message}`);
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

// In a union, the branch that got furthest is the one the author meant; a plain list of all branches tells nothing.
function deepest(issue: z.core.$ZodIssue): Problem {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return {
      path,
      message: `unknown key ${issue.keys.map((key) => `"${key}"`).join(", ")}. Check its spelling, or remove it.`,
    };
  }
  if (issue.code !== "invalid_union") return { path, message: `${issue.message}, got ${describe(issue.input)}.` };
  const nested = issue.errors.flat().map(deepest);
  const specific = nested.filter((problem) => problem.message.startsWith("unknown key") || problem.path.length > 0);
  if (typeof issue.input === "object" && specific.length > 0) {
    const best = specific.reduce((a, b) => (b.path.length > a.path.length ? b : a));
    return { path: [...path, ...best.path], message: best.message };
  }
  const options = nested
    .map((problem) => problem.message.replace(/, got .*$/, ""))
    .filter((m) => !m.includes("object"));
  return { path, message: `${[...new Set(options)].join(" or ")}, got ${describe(issue.input)}.` };
}

const describe = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
