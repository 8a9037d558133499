import { existsSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { prepareFolder } from "../base/files";
import { type Holder, isAbandoned, newHolder, parseHolder } from "../base/lock-holder";
import { isRunning } from "../base/processes";

/** The right to write into a run's folder. */
export interface RunLock {
  /** @throws FileError if somebody else has taken the folder over: what is there is no longer this run's */
  readonly check: () => void;
  /** Gives the folder back. */
  readonly release: () => void;
}

/** Who trains in a folder, as the file `training.lock` says. */
interface RunHolder extends Holder {
  readonly since: string;
  readonly run: string;
}

interface Held {
  readonly lock: RunLock;
  readonly signal?: AbortSignal;
  readonly released: Promise<void>;
}

/** The folders in which this process trains. */
const held = new Map<string, Held>();
process.on("exit", () => {
  for (const { lock } of held.values()) lock.release();
});

/**
 * Takes a run's folder for one training: two would overwrite each other.
 *
 * The lock of a process that was killed is taken over. A training of this process that was cancelled is waited for, as
 * when a notebook's cell is run again.
 *
 * @param folder - made if it is not there
 * @param run - what is trained, as others are told
 * @param signal - what cancels this training
 * @throws FileError if somebody trains there, or it cannot be written to
 */
export async function lockFolder(folder: string, run: string, signal?: AbortSignal): Promise<RunLock> {
  const key = existsSync(folder) ? realpathSync(folder) : resolve(folder);
  for (let other = held.get(key); other?.signal?.aborted; other = held.get(key)) await other.released;
  const own: RunHolder = { ...newHolder(), since: new Date().toISOString(), run };
  const text = `${JSON.stringify(own)}\n`;
  take(folder, text);
  let released = () => {};
  const lock: RunLock = {
    check: () => take(folder, text),
    release() {
      held.delete(key);
      if (readLock(folder) === text) rmSync(lockFile(folder), { force: true });
      released();
    },
  };
  held.set(key, { lock, signal, released: new Promise((done) => (released = done)) });
  return lock;
}

const lockFile = (folder: string): string => join(folder, "training.lock");

/** Makes sure that the lock is there and holds this text. */
function take(folder: string, text: string): void {
  // Read again once it is written: two may find the same dead holder, and one then removes the lock of the other. If
  // that happens later, the other one learns it before it writes anything.
  for (let found = readLock(folder); found !== text; found = readLock(folder)) {
    if (found === undefined) prepareFolder(folder);
    else refuseIfHeld(folder, found);
    try {
      if (found !== undefined) rmSync(lockFile(folder), { force: true });
      writeFileSync(lockFile(folder), text, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(error, `write ${lockFile(folder)}`);
    }
  }
}

function readLock(folder: string): string | undefined {
  try {
    return readFileSync(lockFile(folder), "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw fileError(error, `read ${lockFile(folder)}`);
  }
}

function refuseIfHeld(folder: string, text: string): void {
  const path = lockFile(folder);
  if (text === "") {
    if (isAbandoned(path)) return;
    throw new FileError(`Another process is about to train in ${folder}. Choose another folder with --out.`);
  }
  const holder = parseHolder<RunHolder>(text);
  if (!holder) throw new FileError(`${path} is not the lock of a training. Move it away.`);
  const isHere = holder.host === hostname();
  if (isHere && !isRunning(holder.pid, holder.start)) return;
  const who = isHere && holder.pid === process.pid ? "this process" : `process ${holder.pid} on ${holder.host}`;
  throw new FileError(
    `${folder} is in use: ${who} has been training ${holder.run} there since ${holder.since}. ` +
      `Wait for it, or choose another folder with --out.${isHere ? "" : ` If it runs no longer, delete ${path}.`}`,
  );
}
