import { FileError } from "../base/errors";
import { readJson } from "../base/read-json";

/** Row-major numbers with their shape. */
export interface ReferenceArray {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** One file of reference vectors: inputs, what is expected, and how closely. */
export interface ReferenceCase {
  readonly name: string;
  readonly op: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, ReferenceArray>>;
  /** dL/dy; null where the operation itself gives a loss. */
  readonly upstream: ReferenceArray | null;
  readonly expect: Readonly<Record<string, ReferenceArray>>;
  /** A value passes when |got − expected| ≤ tolerance · (1 + |expected|). */
  readonly tolerance: number;
}

/**
 * Reads a reference vector file, checking that it is one.
 *
 * @throws FileError naming the missing or unsound part
 */
export function readReferenceCase(path: string): ReferenceCase {
  const fail = (problem: string): never => {
    throw new FileError(`${path} is not a reference vector file: ${problem}. Expected the format of golden/README.md.`);
  };
  const value = readJson(path) as Partial<ReferenceCase> | null;
  if (typeof value !== "object" || value === null) return fail("it holds no object");
  for (const key of ["name", "op"] as const) if (typeof value[key] !== "string") fail(`"${key}" is missing`);
  if (typeof value.tolerance !== "number" || !(value.tolerance > 0)) fail('"tolerance" is not a positive number');
  for (const key of ["inputs", "expect"] as const) {
    if (typeof value[key] !== "object" || value[key] === null) fail(`"${key}" is missing`);
    for (const [name, array] of Object.entries(value[key]!)) checkArray(array, `${key}.${name}`, fail);
  }
  if (value.upstream) checkArray(value.upstream, "upstream", fail);
  if (typeof (value.options ?? {}) !== "object") fail('"options" is not an object');
  if (Object.keys(value.expect!).length === 0) fail('"expect" is empty');
  return { ...value, options: value.options ?? {}, upstream: value.upstream ?? null } as ReferenceCase;
}

/** As many as the tensors here have. */
const mostDimensions = 6;

function checkArray(array: ReferenceArray, name: string, fail: (problem: string) => never): void {
  if (!Array.isArray(array?.shape) || !Array.isArray(array?.data)) fail(`"${name}" has no shape and data`);
  if (array.shape.length > mostDimensions || !array.shape.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    fail(`"${name}" has no shape of at most ${mostDimensions} whole numbers`);
  }
  if (!array.data.every(Number.isFinite)) fail(`"${name}" holds something that is not a number`);
  const size = array.shape.reduce((a, b) => a * b, 1);
  if (size !== array.data.length)
    fail(`"${name}" of shape [${array.shape}] needs ${size} numbers, got ${array.data.length}`);
}
