import { ConfigError } from "../base/errors";

/**
 * Refuses to draw nothing.
 *
 * @param rows - what is to be drawn
 * @param figure - name of the figure function
 * @param what - what a row is, e.g. "run"
 * @throws ConfigError if there are no rows
 */
export function requireRows(rows: ArrayLike<unknown>, figure: string, what: string): void {
  if (rows.length === 0) {
    throw new ConfigError(`${figure}: nothing to draw. Expected at least one ${what}, got none.`);
  }
}

/**
 * Refuses accuracies that are percentages.
 *
 * @param values - accuracies, 0 … 1
 * @param figure - name of the figure function
 * @throws ConfigError if one is not a fraction
 */
export function requireFractions(values: readonly number[], figure: string): void {
  const wrong = values.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) {
    throw new ConfigError(
      `${figure}: expected accuracies as fractions 0 … 1, got ${wrong}. Divide percentages by 100.`,
    );
  }
}

/** @returns the distinct values, in the order they first appear */
export const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
