import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { writeAtomically } from "../base/files";
import { parseJson } from "../base/json";
import { decodeSafetensors, encodeSafetensors, type FloatArrays } from "../base/safetensors";
import type { EpochRecord } from "./record";
import type { TrainingState } from "./state";

/** Where a run's folder keeps its checkpoint. */
export const checkpointPath = (folder: string): string => join(folder, "checkpoint.safetensors");

/** What has to be the same for a training to go on to the weights that it would have had. */
export interface TrainingIdentity {
  /** As `runIdentity` has it. */
  readonly run: string;
  /** SHA-256 of the data set. */
  readonly data: string;
  /** Another number adds gradients up in another order. */
  readonly workers: number;
}

const textOf = ({ run, data, workers }: TrainingIdentity): string => `${run}/${data}/${workers}`;

/** Saves where a training stands, with a digest of all of it, so that an interrupted run can go on. */
export function writeCheckpoint(folder: string, identity: TrainingIdentity, state: TrainingState): void {
  const arrays: Record<string, FloatArrays[string]> = {};
  for (const [name, { shape, data }] of Object.entries(state.weights)) {
    arrays[`weight/${name}`] = { shape, data };
    arrays[`first/${name}`] = { shape, data: state.first[name] };
    arrays[`second/${name}`] = { shape, data: state.second[name] };
  }
  const texts = {
    identity: textOf(identity),
    progress: JSON.stringify({ curve: state.curve, seconds: state.seconds }),
  };
  const metadata = { ...texts, sha256: digest(arrays, texts) };
  writeAtomically(checkpointPath(folder), encodeSafetensors(arrays, metadata));
}

/**
 * The state that an interrupted run left behind. What is damaged is moved aside, since it would fail on every rerun; so
 * is what another run left, since this one would overwrite it.
 *
 * @param identity - of the run that wants to go on
 * @param notice - gets a line if the checkpoint is damaged or of another run: what was wrong, and where it is now
 * @returns undefined if there is none, or none of this run that is sound: the run then starts over
 * @throws FileError if it cannot be moved, or if it is of this run on other data: neither can it go on, nor
 *   is it to be lost
 */
export function readCheckpoint(
  folder: string,
  identity: TrainingIdentity,
  notice: (line: string) => void,
): TrainingState | undefined {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return undefined;
  let found: { identity: string; state: TrainingState };
  try {
    found = decode(path);
  } catch {
    const aside = moveAside(path, "damaged");
    notice(`${path} is damaged, or of an earlier version: it is now ${aside}, and this run starts over.`);
    return undefined;
  }
  const [run, data] = found.identity.split("/");
  if (run === identity.run && /^[0-9a-f]{64}$/.test(data) && data !== identity.data) {
    throw new FileError(
      `${path} is of this run on other data: those had SHA-256 ${data.slice(0, 12)}…, those that are here have ` +
        `${identity.data.slice(0, 12)}…. Bring the former back, choose another folder with --out, or move the ` +
        "checkpoint away to start over.",
    );
  }
  if (found.identity === textOf(identity)) return found.state;
  const aside = moveAside(path, "other");
  notice(`${path} is of another run, or of another number of workers: it is now ${aside}, and this run starts over.`);
  return undefined;
}

/** @throws if anything in the file is not as it was written */
function decode(path: string): { identity: string; state: TrainingState } {
  const { arrays, metadata } = decodeSafetensors(readFileSync(path), path);
  const { sha256, ...texts } = metadata;
  if (digest(arrays, texts) !== sha256) throw new Error("another SHA-256");
  const { curve, seconds } = parseJson(texts.progress) as { curve: EpochRecord[]; seconds: number };
  const part = (prefix: string) =>
    Object.entries(arrays)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array] as const);
  const data = (prefix: string) => Object.fromEntries(part(prefix).map(([name, array]) => [name, array.data]));
  const weights = Object.fromEntries(part("weight/"));
  const state = { epoch: curve.length, weights, first: data("first/"), second: data("second/"), curve, seconds };
  return { identity: texts.identity, state };
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

/** Renames a file to `….<mark>.safetensors`, or with a number if that is taken; @returns its new path */
function moveAside(path: string, mark: string): string {
  for (let number = 1; ; number++) {
    const aside = path.replace(/\.safetensors$/, `.${mark}${number === 1 ? "" : `-${number}`}.safetensors`);
    if (existsSync(aside)) continue;
    try {
      renameSync(path, aside);
    } catch (error) {
      throw fileError(error, `move ${path} aside`);
    }
    return aside;
  }
}
