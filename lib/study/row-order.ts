import { ConfigError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import { originPlaces } from "../train/origin-places";
import { rowMark } from "../train/origins";
import type { TrainingConfig } from "../train/record";

/** A row, as far as its order goes. */
interface Row {
  readonly name: string;
  readonly config: { readonly training: TrainingConfig };
}

/** @returns the names of the rows whose runs a training needs: to start from, or as teachers */
export const neededRows = (training: TrainingConfig): string[] =>
  originPlaces(training).flatMap(({ run }) => (run.startsWith(rowMark) ? [run.slice(rowMark.length)] : []));

/**
 * Makes sure that rows can be trained one after the other, each after those that it needs.
 *
 * @param where - what to call the study in messages
 * @throws ConfigError if a row needs one that is not there, or in the end itself
 */
export function checkNeeds(rows: readonly Row[], where: string): void {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const sound = new Set<Row>();
  const visit = (row: Row, path: readonly string[]): void => {
    if (sound.has(row)) return;
    if (path.includes(row.name)) {
      const circle = [...path.slice(path.indexOf(row.name)), row.name].map((name) => `"${name}"`).join(" needs ");
      throw new ConfigError(`${where}: ${circle}. One of them has to start without another.`);
    }
    for (const name of neededRows(row.config.training)) {
      const needed = byName.get(name);
      if (!needed) {
        const known = [...byName.keys()];
        throw new ConfigError(
          `${where}: row "${row.name}" needs "${name}", which is no row.${didYouMean(name, known)} ` +
            `Rows: ${known.join(", ")}.`,
        );
      }
      visit(needed, [...path, row.name]);
    }
    sound.add(row);
  };
  for (const row of rows) visit(row, []);
}
