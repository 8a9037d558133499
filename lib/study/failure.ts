import { existsSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { writeAtomically } from "../base/files";
import { parseWith } from "../base/parse-with";
import { readJson } from "../base/read-json";

/** Why a run is not finished, as the file `failure.json` in its folder says. */
export interface Failure {
  /** How often it was tried. */
  readonly attempts: number;
  readonly reason: string;
  /** Whether it is of no use to try again: the same would happen. */
  readonly isFinal: boolean;
  readonly at: string;
  readonly host: string;
}

const fields = z.strictObject({
  attempts: z.int().min(1),
  reason: z.string(),
  isFinal: z.boolean(),
  at: z.string(),
  host: z.string(),
});

const pathOf = (folder: string): string => join(folder, "failure.json");

/** @returns why the last attempt at a run failed; undefined if none did, or that cannot be read: it is then tried again */
export function readFailure(folder: string): Failure | undefined {
  const path = pathOf(folder);
  try {
    return existsSync(path) ? parseWith(fields, readJson(path), path) : undefined;
  } catch {
    return undefined;
  }
}

/** Records that an attempt failed; @returns the failure, with those before it counted */
export function recordFailure(folder: string, { reason, isFinal }: Pick<Failure, "reason" | "isFinal">): Failure {
  const attempts = (readFailure(folder)?.attempts ?? 0) + 1;
  const failure = { attempts, reason, isFinal, at: new Date().toISOString(), host: hostname() };
  try {
    writeAtomically(pathOf(folder), `${JSON.stringify(failure, null, 1)}\n`);
  } catch {
    // What kept the run from being written keeps this from it, too; the caller tells the reason.
  }
  return failure;
}

/** Forgets failures: the run is tried anew, or was finished. */
export function forgetFailure(folder: string): void {
  try {
    rmSync(pathOf(folder), { force: true });
  } catch {
    // What is in the way there is told when the run is written.
  }
}
