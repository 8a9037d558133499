import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { fileError, writeAtomically } from "../files";
import { parseJson } from "../json";
import type { EpochRecord } from "./record";
import { decodeSafetensors, encodeSafetensors, type FloatArrays } from "./safetensors";
import type { TrainingState } from "./state";

/** Where a run's folder keeps its checkpoint. */
export const checkpointPath = (folder: string): string => join(folder, "checkpoint.safetensors");

/** Saves where a training stands, with a digest of all of it, so that an interrupted run can go on. */
export function writeCheckpoint(folder: string, identity: string, state: TrainingState): void {
  const arrays: Record<string, FloatArrays[string]> = {};
  for (const [name, { shape, data }] of Object.entries(state.weights)) {
    arrays[`weight/${name}`] = { shape, data };
    arrays[`first/${name}`] = { shape, data: state.first[name] };
    arrays[`second/${name}`] = { shape, data: state.second[name] };
  }
  const texts = { identity, progress: JSON.stringify({ curve: state.curve, seconds: state.seconds }) };
  const metadata = { ...texts, sha256: digest(arrays, texts) };
  writeAtomically(checkpointPath(folder), encodeSafetensors(arrays, metadata));
}

/**
 * The state that an interrupted run left behind. What is damaged is moved aside, since it would fail on every rerun.
 *
 * @param identity - of the run that wants to go on
 * @param notice - gets a line if the checkpoint is damaged: what was wrong, and where it is now
 * @returns undefined if there is none, or none of this run that is sound: the run then starts over
 * @throws FileError if a damaged one cannot be moved
 */
export function readCheckpoint(
  folder: string,
  identity: string,
  notice: (line: string) => void,
): TrainingState | undefined {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return undefined;
  try {
    return decode(path, identity);
  } catch {
    const aside = moveAside(path);
    notice(`${path} is damaged, or of an earlier version: it is now ${aside}, and this run starts over.`);
    return undefined;
  }
}

/** @throws if anything in the file is not as it was written */
function decode(path: string, identity: string): TrainingState | undefined {
  const { arrays, metadata } = decodeSafetensors(readFileSync(path), path);
  const { sha256, ...texts } = metadata;
  if (digest(arrays, texts) !== sha256) throw new Error("another SHA-256");
  if (texts.identity !== identity) return undefined;
  const { curve, seconds } = parseJson(texts.progress) as { curve: EpochRecord[]; seconds: number };
  const part = (prefix: string) =>
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array] as const);
  const data = (prefix: string) => Object.fromEntries(part(prefix).map(([name, array]) => [name, array.data]));
  const weights = Object.fromEntries(part("weight/"));
  return { epoch: curve.length, weights, first: data("first/"), second: data("second/"), curve, seconds };
}

/** SHA-256 of every text, and of every array's name, shape and bytes. */
function digest(arrays: FloatArrays, texts: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256").update(JSON.stringify(Object.entries(texts).sort()));
  for (const name of Object.keys(arrays).sort()) {
    const { shape, data } = arrays[name];
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/** Renames a file to `….damaged.safetensors`, or with a number if that is taken; @returns its new path */
function moveAside(path: string): string {
  for (let number = 1; ; number++) {
    const aside = path.replace(/\.safetensors$/, `.damaged${number === 1 ? "" : `-${number}`}.safetensors`);
    if (existsSync(aside)) continue;
    try {
      renameSync(path, aside);
    } catch (error) {
      throw fileError(error, `move the damaged ${path} aside`);
    }
    return aside;
  }
}
