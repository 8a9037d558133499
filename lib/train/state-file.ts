import { createHash } from "node:crypto";
import { parseJson } from "../base/json";
import { type Arrays, decodeSafetensors, encodeSafetensors } from "../base/safetensors";
import type { EpochRecord } from "./record";
import type { EpochState } from "./running-epoch";
import type { TrainingState } from "./state";

/** What stands in the file beside the arrays. */
interface Progress {
  readonly curve: readonly EpochRecord[];
  readonly seconds: number;
  readonly running?: Omit<EpochState, "bitsBefore">;
}

/**
 * A training state as a safetensors file: `weight/…`, `first/…` and `second/…` (moments), `before/…` (bits at the
 * epoch's start), the rest as JSON, and the SHA-256 of all of it.
 *
 * @param texts - what else the file is to say; part of the digest
 */
export function encodeState(state: TrainingState, texts: Readonly<Record<string, string>>): Uint8Array {
  const arrays: Record<string, Arrays<"F32" | "U8">[string]> = {};
  for (const [name, { shape, data }] of Object.entries(state.weights)) {
    arrays[`weight/${name}`] = { shape, data };
    arrays[`first/${name}`] = { shape, data: state.first[name] };
    arrays[`second/${name}`] = { shape, data: state.second[name] };
  }
  const { bitsBefore, ...running } = state.running ?? {};
  for (const [name, data] of bitsBefore ?? []) arrays[`before/${name}`] = { shape: [data.length], data };
  const { curve, seconds } = state;
  const progress = { curve, seconds, ...(state.running && { running }) };
  const all = { ...texts, progress: JSON.stringify(progress) };
  return encodeSafetensors(arrays, { ...all, sha256: digest(arrays, all) });
}

/**
 * Reads what `encodeState` wrote.
 *
 * @throws Error if anything in the file is not as it was written
 */
export function decodeState(file: Uint8Array, path: string): { state: TrainingState; texts: Record<string, string> } {
  const { arrays, metadata } = decodeSafetensors(file, path, { dtypes: ["F32", "U8"] });
  const { sha256, ...texts } = metadata;
  if (digest(arrays, texts) !== sha256) throw new Error("another SHA-256");
  const { curve, seconds, running } = parseJson(texts.progress) as Progress;
  const part = (prefix: string) =>
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array] as const);
  const data = (prefix: string) =>
    Object.fromEntries(part(prefix).map(([name, array]) => [name, array.data as Float32Array]));
  const bitsBefore = new Map(part("before/").map(([name, array]) => [name, array.data as Uint8Array]));
  const state: TrainingState = {
    epoch: curve.length,
    weights: Object.fromEntries(part("weight/")) as TrainingState["weights"],
    first: data("first/"),
    second: data("second/"),
    curve,
    seconds,
    ...(running && { running: { ...running, bitsBefore } }),
  };
  return { state, texts };
}

/** SHA-256 of every text, and of every array's name, shape and bytes. */
function digest(arrays: Arrays<"F32" | "U8">, texts: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(texts).sort()));
  for (const name of Object.keys(arrays).sort()) {
    const { shape, data } = arrays[name];
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
