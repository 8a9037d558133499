import { ConfigError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import { neededRows } from "./row-order";
import type { StudyConfig } from "./study-config";

/**
 * A part of a study: some of its rows, and those that they need to start from or to learn from.
 *
 * @param study - complete
 * @param names - of rows, e.g. `mlp/channel`
 * @returns the study with these rows alone, in its own order; their runs are those of the whole study
 * @throws ConfigError if a name is none of its rows'
 */
export function selectRows(study: StudyConfig, names: readonly string[]): StudyConfig {
  const byName = new Map(study.rows.map((row) => [row.name, row]));
  const wanted = new Set<string>();
  const take = (name: string) => {
    const row = byName.get(name);
    if (!row) {
      const known = [...byName.keys()];
      throw new ConfigError(
        `${study.name} has no row ${JSON.stringify(name)}.${didYouMean(name, known)} Rows: ${known.join(", ")}.`,
      );
    }
    if (wanted.has(name)) return;
    wanted.add(name);
    neededRows(row.config.training).forEach(take);
  };
  names.forEach(take);
  return { ...study, rows: study.rows.filter(({ name }) => wanted.has(name)) };
}
