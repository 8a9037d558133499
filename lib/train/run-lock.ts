import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { type Claim, claimFolder, type HolderSeen, holderOf, isClaimed } from "../base/claim";

/** Whoever trains in a run's folder claims it by this name. */
const name = "training";

interface Held {
  readonly signal?: AbortSignal;
  readonly released: Promise<void>;
}

/** The folders in which this process trains. */
const held = new Map<string, Held>();

/**
 * Takes a run's folder for one training: two would overwrite each other.
 *
 * A training of this process that was cancelled is waited for, as when a notebook's cell is run again.
 *
 * @param folder - made if it is not there
 * @param run - what is trained, as others are told
 * @param signal - what cancels this training
 * @param onNotice - is told who is watched, if it has to be found out whether they still work
 * @throws what `claimFolder` throws
 */
export async function lockFolder(
  folder: string,
  run: string,
  signal?: AbortSignal,
  onNotice?: (line: string) => void,
): Promise<Claim> {
  const key = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  for (let other = held.get(key); other?.signal?.aborted; other = held.get(key)) await other.released;
  const onWatch = (who: string) => onNotice?.(`In ${folder}, ${who}: waiting to see whether it still does.`);
  let gone = () => {};
  const own: Held = { signal, released: new Promise((done) => (gone = done)) };
  if (!held.has(key)) held.set(key, own); // before the claim: another waiter of this process comes after it
  const leave = () => {
    if (held.get(key) === own) held.delete(key);
    gone();
  };
  try {
    const claim = await claimFolder(folder, { name, doing: `training ${run}` }, { signal, onWatch });
    const release = () => {
      claim.release();
      leave();
    };
    return { check: claim.check, release };
  } catch (error) {
    leave();
    throw error;
  }
}

/** @returns whether somebody trains in a folder, or died there */
export const isLocked = (folder: string): boolean => isClaimed(folder, name);

/** @returns who trains in a folder, if somebody does */
export const whoTrains = (folder: string): HolderSeen | undefined => holderOf(folder, name);
