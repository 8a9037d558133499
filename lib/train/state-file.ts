import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { parseJson } from "../base/json";
import { type Arrays, decodeSafetensors, encodeSafetensors } from "../base/safetensors";
import type { EpochRecord } from "./record";
import type { EpochState } from "./running-epoch";
import type { TrainingState } from "./state";

/** What stands in the file beside the arrays. */
export interface SavedProgress {
  readonly curve: readonly EpochRecord[];
  readonly seconds: number;
  /** How much of the training is done, 0 … 1. */
  readonly share: number;
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
  const { curve, seconds, share } = state;
  const progress = { curve, seconds, share, ...(state.running && { running }) };
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
  const { curve, seconds, share = 0, running } = parseJson(texts.progress) as SavedProgress;
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
    share,
    ...(running && { running: { ...running, bitsBefore } }),
  };
  return { state, texts };
}

/**
 * How far a saved training is, from the file's header alone; for those who watch, unchecked.
 *
 * @param path - of the file
 * @returns undefined if there is none, or it is not whole
 */
export function readProgress(path: string): SavedProgress | undefined {
  try {
    const { curve, seconds, share = 0 } = parseJson(readHeader(path).progress) as SavedProgress;
    return Array.isArray(curve) && seconds >= 0 ? { curve, seconds, share } : undefined;
  } catch {
    return undefined; // not there, or being replaced
  }
}

/** The texts of a safetensors file's header, without its arrays. */
function readHeader(path: string): Record<string, string> {
  const file = openSync(path, "r");
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const header = Buffer.alloc(Math.min(Number(length.readBigUInt64LE()), longestHeader));
    readSync(file, header, 0, header.length, 8);
    return (parseJson(header.toString()) as { __metadata__: Record<string, string> }).__metadata__;
  } finally {
    closeSync(file);
  }
}

/** Bytes; a thousand times what a header has. */
const longestHeader = 2 ** 26;

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
