import { afterEach, expect } from "vitest";

// Tests that compute without a pause would keep vitest's messages waiting until it takes their process for lost.
afterEach(() => new Promise((resolve) => setImmediate(resolve)));

/** Numbers in an array of any kind, or undefined where there is something else. */
function numbersOf(value: unknown): ArrayLike<number> | undefined {
  if (ArrayBuffer.isView(value)) return value instanceof DataView ? undefined : (value as Float32Array);
  return Array.isArray(value) && value.every((item) => typeof item === "number") ? value : undefined;
}

/** Arrays of numbers, by the rule of `toEqual` (Object.is). */
function sameNumbers(got: unknown, expected: unknown): boolean | undefined {
  const [a, b] = [numbersOf(got), numbersOf(expected)];
  if (!a || !b || a.constructor !== b.constructor || a.length !== b.length) return undefined;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

// `toEqual` of long arrays of numbers is fifty times as fast so. Once a process: this runs before every file.
const added = Symbol.for("binvit.test.sameNumbers");
if (!(added in globalThis)) {
  Object.assign(globalThis, { [added]: true });
  expect.addEqualityTesters([sameNumbers]);
}
