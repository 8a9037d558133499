import { FileError } from "../errors";

/** A named float32 array with its shape. */
export type FloatArrays = Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>>;

/**
 * Float arrays as a safetensors file: 8 bytes header length (little endian), JSON header, data.
 *
 * @param arrays - stored in the order of their names
 * @param metadata - strings kept under `__metadata__`
 * @returns the bytes of the file
 *
 * Reference: Hugging Face, *Safetensors format*, 2022.
 */
export function encodeSafetensors(arrays: FloatArrays, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const names = Object.keys(arrays).sort();
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const name of names) {
    const { shape, data } = arrays[name];
    header[name] = { dtype: "F32", shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = Buffer.from(JSON.stringify(header));
  const text = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, " ")]); // data starts 8-byte aligned
  const file = Buffer.alloc(8 + text.length + end);
  file.writeBigUInt64LE(BigInt(text.length), 0);
  text.copy(file, 8);
  let at = 8 + text.length;
  for (const name of names) {
    const { data } = arrays[name];
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

/**
 * Reads a safetensors file of float32 arrays, checking header, types, shapes, offsets and length first.
 *
 * @param file - the bytes
 * @param where - its path, for messages
 * @throws FileError naming what is wrong
 */
export function decodeSafetensors(
  file: Uint8Array,
  where: string,
): { arrays: FloatArrays; metadata: Record<string, string> } {
  const fail = (problem: string): never => {
    throw new FileError(`${where} is not a sound weight file: ${problem}. Train again, or take it from a backup.`);
  };
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 8) fail(`${bytes.length} bytes, expected at least 8`);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  if (headerLength > bytes.length - 8) fail(`its header claims ${headerLength} bytes, ${bytes.length - 8} are there`);
  let header: Record<string, unknown> = {};
  try {
    header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength));
  } catch {
    fail("its header is not JSON");
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) fail("its header is not an object");
  const { __metadata__: metadata = {}, ...entries } = header;
  const start = 8 + headerLength;
  const available = bytes.length - start;
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const problem = entryProblem(entry, available);
    if (problem) fail(`tensor "${name}" ${problem}`);
    spans.push((entry as Entry).data_offsets);
  }
  spans.sort((a, b) => a[0] - b[0]);
  const end = spans.reduce(
    (at, [from, to]) => (from === at ? to : fail(`data expected at offset ${at}, got ${from}`)),
    0,
  );
  if (end !== available) fail(`${end} bytes of data expected, ${available} found`);
  const arrays: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    const [from, to] = entry.data_offsets;
    arrays[name] = {
      shape: entry.shape,
      data: new Float32Array(Uint8Array.from(bytes.subarray(start + from, start + to)).buffer),
    };
  }
  return { arrays, metadata: metadata as Record<string, string> };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

function entryProblem(entry: unknown, available: number): string | undefined {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  if (dtype !== "F32") return `has type ${dtype}, expected F32`;
  if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return "has no valid shape";
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    return "has no valid data_offsets";
  }
  const expected = 4 * shape.reduce((a, b) => a * b, 1);
  if (offsets[1] - offsets[0] !== expected)
    return `needs ${expected} bytes, its offsets span ${offsets[1] - offsets[0]}`;
  if (offsets[1] > available) return `ends at byte ${offsets[1]}, the file has ${available} bytes of data`;
  return undefined;
}
