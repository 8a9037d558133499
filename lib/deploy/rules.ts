/**
 * What the texts of a packed file must look like, in a few hundred bytes of code: zod, which reads what people write,
 * would be ten times as large as the whole engine on a page.
 */

/** Says what is wrong with a value, or nothing. */
export type Rule = (value: unknown, where: string) => string | undefined;

const rule =
  (expected: string, accepts: (value: unknown) => boolean): Rule =>
  (value, where) =>
    accepts(value) ? undefined : `${where}: expected ${expected}, got ${inWords(value)}`;

export const text = rule("a text", (value) => typeof value === "string");

export const whole = rule("a whole number", Number.isSafeInteger);

export const wholeFrom = (least: number, most: number): Rule =>
  rule(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  );

export const finite = rule("a number", Number.isFinite);

export const positive = rule("a number above 0", (value) => Number.isFinite(value) && (value as number) > 0);

export const oneOf = (...values: readonly string[]): Rule =>
  rule(values.map((value) => JSON.stringify(value)).join(" or "), (value) => values.includes(value as string));

/** A list of a given length, or of at least so many up to it. */
export const listOf =
  (item: Rule, length: number, least = length): Rule =>
  (value, where) => {
    if (!Array.isArray(value)) return `${where}: expected a list, got ${inWords(value)}`;
    if (value.length > length || value.length < least) {
      return `${where}: expected ${least < length ? "at most " : ""}${length} of them, got ${value.length}`;
    }
    return firstProblem(value.map((entry, i) => [item, entry, `${where}.${i}`]));
  };

/** An object with these fields and no other; those in `optional` may be left out. */
export const record =
  (fields: Readonly<Record<string, Rule>>, optional: readonly string[] = []): Rule =>
  (value, where) => {
    if (!isObject(value)) return `${where}: expected an object, got ${inWords(value)}`;
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
    if (unknown !== undefined) return `${where}: unknown key ${inWords(unknown)}`;
    const needed = Object.keys(fields).filter((key) => Object.hasOwn(value, key) || !optional.includes(key));
    return firstProblem(needed.map((key) => [fields[key], own(value, key), `${where}.${key}`]));
  };

/** `"float"`, or what the rule asks for. */
export const unlessFloat =
  (otherwise: Rule): Rule =>
  (value, where) =>
    value === "float" ? undefined : typeof value === "string" ? oneOf("float")(value, where) : otherwise(value, where);

function firstProblem(checks: readonly [Rule, unknown, string][]): string | undefined {
  for (const [check, value, where] of checks) {
    const problem = check(value, where);
    if (problem) return problem;
  }
  return undefined;
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

// A field that is missing must not be found on the prototype.
const own = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** Of lists and objects only what they are: they may be large, or nested without end. */
function inWords(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  const shown = JSON.stringify(value);
  return shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
}
