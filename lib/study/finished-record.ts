import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { BinvitError, FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import type { Dataset } from "../data/dataset";
import type { DatasetConfig } from "../data/dataset-config";
import { loadDataset } from "../data/load";
import type { RunRecord } from "../train/record";
import { checkData, sameRun } from "../train/run";
import { readRecord } from "../train/run-folder";
import type { StudyRun } from "./study-runs";

/** What the folder of a run holds. */
export interface Found {
  /** If it is finished. */
  readonly record?: RunRecord;
  /** Why what is there is not its record. */
  readonly problem?: string;
}

/** What is in the folders of runs, those first that others need: by their weights alone those can be recognized. */
export function recordsOf(runs: readonly StudyRun[]): Map<StudyRun, Found> {
  const found = new Map<StudyRun, Found>();
  for (const run of [...runs].sort((a, b) => depth(a) - depth(b))) {
    const isKnown = run.needs.every((needed) => !found.has(needed) || found.get(needed)?.record);
    found.set(run, isKnown ? recordOf(run) : {});
  }
  return found;
}

/** How many runs have to be trained one after the other before this one can be. */
const depth = ({ needs }: StudyRun): number => (needs.length === 0 ? 0 : 1 + Math.max(...needs.map(depth)));

/** What the folder of a run holds; what it needs has to be finished. */
export function recordOf({ config, seed, arithmetic, folder }: StudyRun): Found {
  try {
    const record = readRecord(folder);
    if (!record || sameRun(record, { config, seed }, arithmetic)) return { record };
    return {
      problem: `${join(folder, "record.json")} is that of another run, ${record.name} with seed ${record.seed}.`,
    };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { problem: error.message };
  }
}

/**
 * Gives a record that cannot be used and the weights beside it names that keep them from being overwritten.
 *
 * @returns the record's
 */
export function setAside(folder: string): string {
  const names = (mark: string) => [
    ["record.json", `record.${mark}.json`],
    ["weights.safetensors", `weights.${mark}.safetensors`],
  ];
  let moves = names("damaged");
  for (let i = 2; moves.some(([, to]) => existsSync(join(folder, to))); i++) moves = names(`damaged-${i}`);
  for (const [from, to] of moves) {
    try {
      if (existsSync(join(folder, from))) renameSync(join(folder, from), join(folder, to));
    } catch (error) {
      throw fileError(error, `move ${join(folder, from)} to ${to}`);
    }
  }
  return moves[0][1];
}

/** Says what is wrong with the data of finished runs; reads each data set once. */
export class DataCheck {
  private readonly seen = new Map<string, Pick<Dataset, "name" | "sha256"> | undefined>();

  /** @returns undefined if the run was finished on the data that is here, or there is none here to compare */
  async problem(record: RunRecord, { row, folder }: StudyRun): Promise<string | undefined> {
    const data = await this.read(row.config.dataset);
    try {
      if (data) checkData(record, data, folder);
      return undefined;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return error.message;
    }
  }

  private async read(config: DatasetConfig): Promise<Pick<Dataset, "name" | "sha256"> | undefined> {
    const key = JSON.stringify(config);
    if (!this.seen.has(key)) {
      const read = await loadDataset(config).catch((error) => {
        if (error instanceof BinvitError) return undefined; // missing or damaged
        throw error;
      });
      this.seen.set(key, read && { name: read.name, sha256: read.sha256 }); // not its images
    }
    return this.seen.get(key);
  }
}
