import type { Command } from "commander";
import { UsageError } from "../base/errors";
import { alternatives } from "./run-input";

/** What `binvit study` is asked for: to train, here or on a cluster, or to say something of a study. */
export type StudyWay = "--engine local" | "--engine slurm" | "--engine kubernetes" | "--estimate" | "--check";

const rows = ["--seeds", "--rows"];
const cluster = [...rows, "--out", "--known", "--tasks", "--dry-run"];

/** The options that each of them reads. */
const read: Readonly<Record<StudyWay, readonly string[]>> = {
  "--engine local": [...rows, "--jobs", "--retries", "--out", "--keep", "--known"],
  "--engine slurm": [...cluster, "--time", "--sbatch"],
  "--engine kubernetes": [...cluster, "--image", "--volume"],
  "--estimate": [...rows, "--jobs"],
  "--check": [...rows, "--jobs", "--out"],
};

/**
 * Refuses options that would do nothing: who gives one expects something of it.
 *
 * @param command - as it was given
 * @throws UsageError naming the first of them, and what it goes with
 */
export function refuseUnread(command: Command, way: StudyWay): void {
  const given = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  const known = ["--engine", way, ...read[way]];
  const unread = given.map(({ long }) => long ?? "").find((name) => !known.includes(name));
  if (unread === undefined) return;
  const ways = Object.entries(read).flatMap(([other, options]) => (options.includes(unread) ? [other] : []));
  if (ways.length === 0) throw new UsageError(`${unread} does not go together with ${way}. Give one of them.`);
  const isLate = unread === "--keep" && way.startsWith("--engine");
  throw new UsageError(
    `${unread} does nothing with ${way}; it goes with ${alternatives(ways)}.` +
      (isLate
        ? " When the runs are finished, `npx binvit study collect FOLDER --keep PLACE` copies their records."
        : ""),
  );
}
