import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Arithmetic } from "../backend/arithmetic";
import { arithmetics } from "../backend/names";
import { aloneIn } from "../base/alone-in";
import { BinvitError, FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { prepareFolder, writeAtomically } from "../base/files";
import { parseJson } from "../base/json";
import type { Written } from "../base/parse-with";
import { parseWith } from "../base/parse-with";
import { parseRunConfig, type RunInput } from "../train/run-config";
import { rowName } from "./row-name";
import { checkNeeds } from "./row-order";
import type { StudyRow } from "./study-config";
import { runsOfSeed, type StudyRun } from "./study-runs";

/** The plan of a study: `plan.jsonl` in its folder, a run a line. */
export const planPath = (folder: string): string => join(folder, "plan.jsonl");

const lineFields = z.strictObject({
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().min(1),
  seed: z.int().min(0),
  arithmetic: z.enum(arithmetics),
  config: z.record(z.string(), z.unknown()),
});

type Line = z.output<typeof lineFields>;

/** What makes a line: a row that was given another name has another folder, and is another run. */
const keyOf = ({ identity, name }: Pick<Line, "identity" | "name">): string => `${identity} ${name}`;

/**
 * Adds runs to the plan of a study's folder, from which workers on any machine know what there is to do.
 *
 * @param how - what the numbers are computed with; part of the runs' identities
 * @throws FileError if it cannot be written, or one that is there is damaged or for another arithmetic
 */
export async function addToPlan(folder: string, runs: readonly StudyRun[], how: Arithmetic): Promise<void> {
  const lines = runs.map(({ identity, row, seed }): Line => {
    return { identity, name: row.name, seed, arithmetic: how, config: { ...row.config } };
  });
  const notIn = (planned: readonly Line[]) => {
    const known = new Set(planned.map(keyOf));
    return lines.filter((line) => !known.has(keyOf(line)));
  };
  if (notIn(linesOf(folder)).length === 0) return;
  prepareFolder(folder);
  await aloneIn(folder, { name: "plan", doing: "planning" }, {}, () => {
    const planned = linesOf(folder); // again: others plan, too
    expectArithmetic(folder, planned, how);
    const all = [...planned, ...notIn(planned)];
    writeAtomically(planPath(folder), all.map((line) => `${JSON.stringify(line)}\n`).join(""));
  });
}

/**
 * The runs that a study's folder plans, in the order in which they were added.
 *
 * @param how - what this machine computes with, where they are to be trained; to look at them any will do
 * @throws FileError if there is no plan, it is damaged, or its runs would not be the same ones here
 */
export function readPlan(folder: string, how?: Arithmetic): StudyRun[] {
  const lines = linesOf(folder);
  if (lines.length === 0) {
    throw new FileError(`There is no plan in ${folder}. \`npx binvit study NAME --out ${folder}\` makes one.`);
  }
  if (how !== undefined) expectArithmetic(folder, lines, how);
  const alike = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.seed} ${line.arithmetic}`;
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  const runs = new Map<string, StudyRun>();
  for (const planned of alike.values()) {
    for (const run of runsOfLines(folder, planned)) runs.set(keyOf({ ...run, name: run.row.name }), run);
  }
  return lines.map((line) => {
    const run = runs.get(keyOf(line));
    if (run) return run;
    const { name, seed } = line;
    throw new FileError(
      `${planPath(folder)}: ${name}, seed ${seed}, would be another run with this version of the kit. Use the version that ` +
        "planned it, or plan the study into another folder.",
    );
  });
}

/** Refuses to mix runs whose last digits would differ: they would be no seeds of one row. */
function expectArithmetic(folder: string, lines: readonly Line[], how: Arithmetic): void {
  const other = lines.find(({ arithmetic }) => arithmetic !== how);
  if (!other) return;
  throw new FileError(
    `The plan in ${folder} is for ${other.arithmetic}, and this machine computes with ${how}, which gives other last ` +
      "digits. Use a machine of that kind (`npx binvit doctor` says which it is), or plan the study into another folder.",
  );
}

/** Lines of one seed and arithmetic as runs; rows of one name that differ, as after a change of the study, do not see each other. */
function runsOfLines(folder: string, lines: readonly Line[]): StudyRun[] {
  const path = planPath(folder);
  const [{ seed, arithmetic }] = lines;
  const groups: StudyRow[][] = [];
  for (const { name, config } of lines) {
    const row = { name, ...rowName(name), config: configOf(config, path) };
    const group = groups.find((rows) => rows.every((other) => other.name !== name));
    if (group) group.push(row);
    else groups.push([row]);
  }
  return groups.flatMap((rows) => {
    try {
      checkNeeds(rows, path);
      return runsOfSeed(rows, seed, folder, arithmetic);
    } catch (error) {
      if (error instanceof BinvitError) throw damaged(path, error.message);
      throw error;
    }
  });
}

function configOf(config: Record<string, unknown>, path: string): StudyRow["config"] {
  try {
    return parseRunConfig(config as Written<RunInput>, path);
  } catch (error) {
    if (error instanceof BinvitError) throw damaged(path, error.message);
    throw error;
  }
}

function linesOf(folder: string): Line[] {
  const path = planPath(folder);
  if (!existsSync(path)) return [];
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
  return text.split("\n").flatMap((line, i) => {
    if (line === "") return [];
    try {
      return [parseWith(lineFields, parseJson(line), `line ${i + 1}`)];
    } catch (error) {
      throw damaged(path, error instanceof BinvitError ? error.message : `Line ${i + 1} is not JSON.`);
    }
  });
}

const damaged = (path: string, problem: string): FileError =>
  new FileError(
    `${path} is no plan of a study: ${problem} Move it away: \`npx binvit study NAME\` writes it again, and finds what is finished.`,
  );
