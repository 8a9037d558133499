import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Arithmetic } from "../backend/arithmetic";
import { FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { writeAtomically } from "../base/files";
import { differingKeys, flatSettings } from "../base/flat-settings";
import { parseJson } from "../base/json";
import type { RunConfig } from "./record";
import type { TrainingState } from "./state";
import { decodeState, encodeState } from "./state-file";

/** Where a run's folder keeps its checkpoint. */
export const checkpointPath = (folder: string): string => join(folder, "checkpoint.safetensors");

/** And the one before it. */
export const earlierPath = (folder: string): string => join(folder, "checkpoint.before.safetensors");

/** What has to be the same for a training to go on to the weights that it would have had. */
export interface TrainingIdentity {
  /** As `runIdentity` has it. */
  readonly run: string;
  /** SHA-256 of the data set. */
  readonly data: string;
  /** Another number adds gradients up in another order. */
  readonly workers: number;
  /** What `run` is made of: says how another run differs. */
  readonly made: { readonly config: RunConfig; readonly seed: number; readonly arithmetic: Arithmetic };
}

const textOf = ({ run, data, workers }: TrainingIdentity): string => `${run}/${data}/${workers}`;

/**
 * Saves where a training stands, so that an interrupted run can go on; the checkpoint before this one is kept.
 *
 * @throws FileError if it cannot be written: what was there is still there
 */
export function writeCheckpoint(folder: string, identity: TrainingIdentity, state: TrainingState): void {
  const texts = { identity: textOf(identity), made: JSON.stringify(identity.made) };
  writeAtomically(checkpointPath(folder), encodeState(state, texts), { keepAs: earlierPath(folder) });
}

const pathsIn = (folder: string): string[] => [checkpointPath(folder), earlierPath(folder)];

/** @returns whether there are any, sound or not */
export const hasCheckpoints = (folder: string): boolean => pathsIn(folder).some((path) => existsSync(path));

/** Removes the checkpoints of a run that is finished. */
export function removeCheckpoints(folder: string): void {
  for (const path of pathsIn(folder)) rmSync(path, { force: true });
}

/**
 * The state that an interrupted run left behind. What is damaged is moved aside, since it would fail on every rerun,
 * and the checkpoint before it is used.
 *
 * @param identity - of the run that wants to go on
 * @param notice - gets a line for each checkpoint that is damaged: where it is now, and what is done instead
 * @returns undefined if there is none that is sound: the run then starts over
 * @throws FileError if a damaged one cannot be moved, or a sound one is of another run, or of this run on other data or
 *   with other workers: neither can this run go on from it, nor is it to be lost
 */
export function readCheckpoint(
  folder: string,
  identity: TrainingIdentity,
  notice: (line: string) => void,
): TrainingState | undefined {
  for (const path of pathsIn(folder)) {
    if (!existsSync(path)) continue;
    const found = read(path);
    if (found) {
      refuseAnother(path, found.texts, identity);
      return found.state;
    }
    const aside = moveAside(path, "damaged");
    const isLast = path === earlierPath(folder) || !existsSync(earlierPath(folder));
    const instead = isLast ? "this run starts over" : "the one before it is used";
    notice(`${path} is damaged, or of an earlier version: it is now ${aside}, and ${instead}.`);
  }
  return undefined;
}

function read(path: string): ReturnType<typeof decodeState> | undefined {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (error) {
    throw fileError(error, `read ${path}`); // that it cannot be read now does not make it a damaged one
  }
  try {
    return decodeState(file, path);
  } catch {
    return undefined;
  }
}

function refuseAnother(path: string, texts: Readonly<Record<string, string>>, identity: TrainingIdentity): void {
  if (texts.identity === textOf(identity)) return;
  const [run, data, workers] = texts.identity.split("/");
  const remedy = "choose another folder with --out, or move the checkpoint away to start over.";
  if (run === identity.run && data !== identity.data) {
    throw new FileError(
      `${path} is of this run on other data: those had SHA-256 ${data.slice(0, 12)}…, those that are here have ` +
        `${identity.data.slice(0, 12)}…. Bring the former back, ${remedy}`,
    );
  }
  const there = flatSettings({ ...(parseJson(texts.made ?? "{}") as object), workers: Number(workers) });
  const here = flatSettings({ ...identity.made, workers: identity.workers });
  const differences = differingKeys([there, here])
    .filter((key) => there.size > 1 || key === "workers")
    .map(
      (key) =>
        `${key.replace(/^config\./, "")} is ${there.get(key) ?? "not set"} there and ${here.get(key) ?? "not set"} here`,
    );
  const listed =
    differences.slice(0, 4).join("; ") + (differences.length > 4 ? `; and ${differences.length - 4} more` : "");
  throw new FileError(`${path} is of another run${listed && `: ${listed}`}. Train with the same settings, ${remedy}`);
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
