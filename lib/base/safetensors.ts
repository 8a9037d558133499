/** Safetensors files. No Node module is imported here: packed models are read in a browser too. */

import { FileError } from "./errors";
import { parseJson } from "./json";

/** The types of number that are read and written; little endian. */
const arrayTypes = { F32: Float32Array, I16: Int16Array, I8: Int8Array, U8: Uint8Array } as const;

/** A type of number by its name in a file. */
export type Dtype = keyof typeof arrayTypes;

/** @returns what an array's numbers are called in a file */
export const dtypeOf = (data: InstanceType<(typeof arrayTypes)[Dtype]>): Dtype =>
  (Object.keys(arrayTypes) as Dtype[]).find((dtype) => data instanceof arrayTypes[dtype])!;

/** Named arrays of one or more types, with their shapes. */
export type Arrays<D extends Dtype> = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: InstanceType<(typeof arrayTypes)[D]> }>
>;

/** A named float32 array with its shape. */
export type FloatArrays = Arrays<"F32">;

/**
 * Arrays as a safetensors file: 8 bytes header length (little endian), JSON header, data.
 *
 * @param arrays - stored in the order of their names
 * @param metadata - strings kept under `__metadata__`
 * @returns the bytes of the file
 * @throws FileError if an array has not as many numbers as its shape says
 *
 * Reference: Hugging Face, *Safetensors format*, 2022.
 */
export function encodeSafetensors(arrays: Arrays<Dtype>, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(arrays).sort();
  const header: Record<string, unknown> = byName([["__metadata__", metadata]]);
  let end = 0;
  for (const name of names) {
    const { shape, data } = arrays[name];
    if (data.length !== shape.reduce((a, b) => a * b, 1)) {
      throw new FileError(`Tensor ${JSON.stringify(name)} has ${data.length} values, expected those of [${shape}].`);
    }
    header[name] = { dtype: dtypeOf(data), shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(text.length / 8) * 8; // data starts 8-byte aligned
  const file = new Uint8Array(start + end).fill(0x20, 8, start);
  new DataView(file.buffer).setBigUint64(0, BigInt(start - 8), true);
  file.set(text, 8);
  let at = start;
  for (const name of names) {
    const { data } = arrays[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/** How a file is read. */
interface DecodeOptions<D extends Dtype> {
  /** The types that may occur. */
  readonly dtypes?: readonly D[];
  /** How to get a sound file, for messages. */
  readonly remedy?: string;
}

/**
 * Reads a safetensors file, checking header, types, shapes, offsets and length first.
 *
 * @param file - the bytes
 * @param where - its path, for messages
 * @param options - `dtypes`: float32 alone if left out
 * @throws FileError naming what is wrong
 */
export function decodeSafetensors<D extends Dtype = "F32">(
  file: Uint8Array,
  where: string,
  { dtypes = ["F32" as D], remedy = "Train again" }: DecodeOptions<D> = {},
): { arrays: Arrays<D>; metadata: Record<string, string> } {
  const fail = (problem: string): never => {
    throw new FileError(`${where} is not a sound weight file: ${problem}. ${remedy}, or take it from a backup.`);
  };
  if (file.length < 8) fail(`${file.length} bytes, expected at least 8`);
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (headerLength > file.length - 8) fail(`its header claims ${headerLength} bytes, ${file.length - 8} are there`);
  const start = 8 + headerLength;
  let header: unknown;
  try {
    header = parseJson(new TextDecoder().decode(file.subarray(8, start)));
  } catch {
    fail("its header is not JSON");
  }
  if (!isObject(header)) return fail("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header as Record<string, unknown>;
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === "string")) {
    fail("its metadata is not an object of texts");
  }
  const available = file.length - start;
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const problem = entryProblem(entry, dtypes, available);
    if (problem) fail(`tensor ${JSON.stringify(name.slice(0, 80))} ${problem}`);
    spans.push((entry as Entry).data_offsets);
  }
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const end = spans.reduce(
    (at, [from, to]) => (from === at ? to : fail(`data expected at offset ${at}, got ${from}`)),
    0,
  );
  if (end !== available) fail(`${end} bytes of data expected, ${available} found`);
  const arrays = Object.entries(entries as Record<string, Entry>).map(([name, { dtype, shape, data_offsets }]) => {
    const bytes = new Uint8Array(file.subarray(start + data_offsets[0], start + data_offsets[1])); // a copy, aligned
    return [name, { shape, data: new arrayTypes[dtype](bytes.buffer) as Arrays<D>[string]["data"] }] as const;
  });
  return { arrays: byName(arrays), metadata: byName(Object.entries(metadata as Record<string, string>)) };
}

/** An object that has these names and no others: a tensor may be called `constructor`, or `__proto__`. */
function byName<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.assign(Object.create(null), Object.fromEntries(entries));
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

interface Entry {
  readonly dtype: Dtype;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function entryProblem(entry: unknown, dtypes: readonly Dtype[], available: number): string | undefined {
  if (!isObject(entry)) return "is not described by an object";
  const { dtype, shape, data_offsets: offsets } = entry as Partial<Entry>;
  if (!dtype || !dtypes.includes(dtype)) {
    return `has type ${JSON.stringify(dtype)?.slice(0, 40)}, expected ${dtypes.join(" or ")}`;
  }
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return "has no valid shape";
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    return "has no valid data_offsets";
  }
  const expected = shape.reduce((a, b) => a * b, arrayTypes[dtype].BYTES_PER_ELEMENT);
  if (offsets[1] - offsets[0] !== expected)
    return `needs ${expected} bytes, its offsets span ${offsets[1] - offsets[0]}`;
  if (offsets[1] > available) return `ends at byte ${offsets[1]}, the file has ${available} bytes of data`;
  return undefined;
}
