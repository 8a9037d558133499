/**
 * Claims on a folder: whoever holds one works there alone, whatever machine the others are on.
 *
 * A claim is a file `<name>.claim-<number>`, made so that only one process can make it (O_EXCL). The highest number holds;
 * who takes over from a holder that has died makes the next number, so that two who find the same dead holder cannot both
 * succeed. Holders change the file's time now and then; others watch whether it changes, by their own clock, so clocks
 * need not agree. Assumed of a shared file system: creation with O_EXCL is atomic (NFS 3 and later, SMB, Lustre), and a
 * change is seen elsewhere within the time after which a silent holder counts as dead.
 */

import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, FolderInUse } from "./errors";
import { fileError } from "./file-error";
import { prepareFolder } from "./files";
import { beatSeconds, deadAfterBeats, keepBeating, stopBeating } from "./heartbeat";
import { type Holder, isHere, newHolder, parseHolder } from "./holder";
import { isRunning } from "./processes";
import { temporaryIn } from "./temporary-files";

/** What is claimed, and what for. */
export interface ClaimRequest {
  /** Begins the file's name; claims of other names do not count. */
  readonly name: string;
  /** What the holder does in the folder, as others are told: `training float, seed 1`. */
  readonly doing: string;
}

/** The right to write into a folder. */
export interface Claim {
  /** @throws FolderInUse if somebody else has taken the folder over: what is there is no longer this one's */
  readonly check: () => void;
  /** Gives the folder back. */
  readonly release: () => void;
}

/** Whether a claim's holder lives; `unknown` until it was watched for long enough. */
type Life = "alive" | "dead" | "unknown";

interface Found {
  readonly number: number;
  readonly path: string;
}

/** Milliseconds between two looks at a claim that is watched. */
const lookEvery = 250;

/** What this process saw of claims of other machines: when their time last changed, by this one's clock. */
const watched = new Map<string, { time: number; since: number; beats: boolean }>();

const held = new Set<Claim>();
process.on("exit", () => {
  for (const claim of held) claim.release();
});

/**
 * Claims a folder, taking over from a holder that has died. On this machine that is known at once; a holder on another
 * one is watched until its heart beats, or has not beaten for a minute.
 *
 * @param folder - made if it is not there
 * @param request - what for
 * @param options - `signal` ends the watching; `onWatch` is told once who is watched
 * @throws FolderInUse if somebody holds it; FileError if it cannot be written to; CancelledError
 */
export async function claimFolder(
  folder: string,
  request: ClaimRequest,
  options: { readonly signal?: AbortSignal; readonly onWatch?: (who: string) => void } = {},
): Promise<Claim> {
  const { signal, onWatch } = options;
  for (let told = false; ; ) {
    const top = claimsIn(folder, request.name).at(-1);
    const life = top ? lifeOf(top) : "dead";
    if (life === "alive") throw inUse(folder, top!);
    const claim = life === "dead" ? take(folder, request, top) : undefined;
    if (claim) return claim;
    if (life === "unknown" && !told) onWatch?.(whoHas(top!));
    told ||= life === "unknown";
    await sleep(lookEvery, undefined, { signal }).catch(() => {
      throw new CancelledError(`Stopped while it was found out who holds ${folder}. Run the same command again.`);
    });
  }
}

/** Who holds a folder. */
export interface HolderSeen {
  /** As a sentence goes on: `process 7 on lab-3 has been training float, seed 1, there since …`. */
  readonly who: string;
  /** Whether it is known to live; a holder on another machine may have to be looked at for a minute. */
  readonly isSure: boolean;
}

/** @returns whether somebody holds a folder, or died while holding it */
export const isClaimed = (folder: string, name: string): boolean => claimsIn(folder, name).length > 0;

/** @returns who holds a folder, if somebody does or may; does not wait */
export function holderOf(folder: string, name: string): HolderSeen | undefined {
  const top = claimsIn(folder, name).at(-1);
  const life = top ? lifeOf(top) : "dead";
  return life === "dead" ? undefined : { who: whoHas(top!), isSure: life === "alive" };
}

/** Makes the next claim, unless somebody else does at the same moment. */
function take(folder: string, { name, doing }: ClaimRequest, dead: Found | undefined): Claim | undefined {
  if (!dead) prepareFolder(folder);
  const number = (dead?.number ?? 0) + 1;
  const path = join(folder, `${name}.claim-${number}`);
  const own = newHolder(doing, beatSeconds());
  const text = `${JSON.stringify(own)}\n`;
  if (!create(path, text)) return undefined;
  const others = claimsIn(folder, name);
  // The dead one has gone: it was taken over and given back meanwhile, and others may hold a smaller number.
  if (others.at(-1)?.number !== number || (dead && !others.some((other) => other.number === dead.number))) {
    rmSync(path, { force: true });
    return undefined;
  }
  removeBelow(folder, name, number);
  keepBeating(path);
  const claim: Claim = {
    check() {
      for (let looks = 0; ; looks++) {
        const top = claimsIn(folder, name).at(-1);
        if (top?.number === number && read(path) === text) return;
        if (!top) prepareFolder(folder); // somebody cleaned up
        if (!top && create(path, text)) return;
        if (looks === 2) throw inUse(folder, top ?? { number, path });
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); // one that steps back at once, see above
      }
    },
    release() {
      if (!held.delete(claim)) return;
      stopBeating(path);
      if (read(path) !== text || claimsIn(folder, name).at(-1)?.number !== number) return;
      removeBelow(folder, name, number);
      rmSync(path, { force: true });
    },
  };
  held.add(claim);
  return claim;
}

/** Makes a file that is not there; it has all of its text from its first moment on, where the file system has links. */
function create(path: string, text: string): boolean {
  const temporary = temporaryIn(dirname(path));
  try {
    writeFileSync(temporary, text, { flag: "wx" });
    try {
      linkSync(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      writeFileSync(path, text, { flag: "wx" });
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw fileError(error, `write ${path}`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function claimsIn(folder: string, name: string): Found[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw fileError(error, `read ${folder}`);
  }
  return files
    .filter((file) => file.startsWith(`${name}.claim-`))
    .map((file) => ({ number: Number(file.slice(name.length + 7)), path: join(folder, file) }))
    .filter(({ number }) => Number.isSafeInteger(number) && number > 0)
    .sort((a, b) => a.number - b.number);
}

function removeBelow(folder: string, name: string, number: number): void {
  for (const other of claimsIn(folder, name)) if (other.number < number) rmSync(other.path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code!)) return undefined;
    throw fileError(error, `read ${path}`);
  }
}

function lifeOf({ path }: Found): Life {
  const holder = holderAt(path);
  if (holder && isHere(holder)) return isRunning(holder.pid, holder.start) ? "alive" : "dead";
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  if (time === undefined) return "unknown"; // just given back: look again
  const key = `${existsSync(path) ? realpathSync(path) : resolve(path)} ${holder?.id}`;
  const now = performance.now();
  const before = watched.get(key);
  if (before?.time === time) {
    if (now - before.since > 1000 * deadAfterBeats * (holder?.beat ?? beatSeconds())) return "dead";
    return before.beats ? "alive" : "unknown";
  }
  watched.set(key, { time, since: now, beats: before !== undefined });
  return before ? "alive" : "unknown";
}

/** @returns undefined if it cannot be read as one: it was begun and not finished, and is watched like any other */
function holderAt(path: string): Holder | undefined {
  const text = read(path);
  return text ? parseHolder(text) : undefined;
}

/** Who holds a claim, as `HolderSeen` says it. */
function whoHas({ path }: Found): string {
  const holder = holderAt(path);
  if (!holder) return "another process has just begun to work";
  const who = isHere(holder) && holder.pid === process.pid ? "this process" : `process ${holder.pid} on ${holder.host}`;
  return `${who} has been ${holder.doing} there since ${holder.since}`;
}

const inUse = (folder: string, top: Found): FolderInUse => new FolderInUse(folder, whoHas(top));
