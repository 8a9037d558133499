import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BinvitError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import type { Kind } from "./kinds";

/** What came of damaged files of one kind. */
export interface Outcome {
  readonly kind: string;
  readonly cases: number;
  /** Read, and saying the same as before: the damage was to blanks, or undone by a second one. */
  readonly same: number;
  /** Read, and saying something else; a fault where a checksum or a record exists. */
  readonly other: number;
  /** Refused with one of the kit's errors. */
  readonly refused: number;
  /** What must not be, with the file that did it. */
  readonly faults: readonly string[];
}

/** Longer than any file here takes, many times over. */
const mostMilliseconds = 20_000;

/** Messages of one or two lines, paths included. */
const longestMessage = 1200;

/** The kit's own text, which is clear by the rules of the house. */
function clear(error: unknown): boolean {
  return error instanceof BinvitError && error.message.length > 20 && error.message.length <= longestMessage;
}

/**
 * Damages a sound file again and again and has it read.
 *
 * @param kind - of file
 * @param seed - the same one makes the same damages
 * @param cases - how many
 */
export async function fuzz(kind: Kind, seed: number, cases: number): Promise<Outcome> {
  const sound = await kind.read(kind.sample);
  if (sound === undefined) throw new Error(`the sample of ${kind.name} is not sound`);
  const [count, faults] = [{ same: 0, other: 0, refused: 0 }, [] as string[]];
  for (let number = 0; number < cases; number++) {
    const file = kind.mutate(kind.sample, new Random(seed, number));
    const fault = (what: string) => {
      const path = join(tmpdir(), `binvit-fuzz-${kind.name.replace(/\W+/g, "-")}-${seed}-${number}`);
      writeFileSync(path, file);
      faults.push(`${kind.name}, seed ${seed}, case ${number}: ${what.slice(0, 300)} (${path})`);
    };
    const startedAt = performance.now();
    try {
      const said = await kind.read(file);
      if (said === undefined) count.refused++;
      else if (said === sound) count.same++;
      else count.other++;
      if (kind.checked && said !== undefined && said !== sound) fault("accepted with another value");
    } catch (error) {
      if (clear(error)) count.refused++;
      else fault(`${(error as Error).name}: ${(error as Error).message}`);
    }
    if (performance.now() - startedAt > mostMilliseconds) fault("took too long");
  }
  return { kind: kind.name, cases, ...count, faults };
}

/** @returns the outcomes as an aligned table */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const titles = ["kind of file", "cases", "refused", "same value", "other value", "faults"];
  const rows = outcomes.map(({ kind, cases, refused, same, other, faults }) =>
    [kind, cases, refused, same, other, faults.length].map(String),
  );
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ");
  return [titles, ...rows].map(line).join("\n");
}
