import { softmax } from "../answer";

/**
 * Scores of a binarized layer's queries and keys as they reach the softmax.
 *
 * A number of a query is a sum of I products ±1, about √I in size, times α; so is one of a key. q · k over d of them is about
 * √d I α² in size, and I α² after the division by √d.
 *
 * @param directions - how each key stands to the query: q · k / √d in units of that size
 * @param inputs - I
 * @param alpha - the layer's scale; 1 is none
 */
export const scoresOfSigns = (directions: readonly number[], inputs: number, alpha: number): number[] =>
  directions.map((direction) => direction * inputs * alpha ** 2);

/** Entropy of probabilities as a share of the largest possible, 0 … 1. */
export function evenness(probabilities: readonly number[]): number {
  const entropy = probabilities.reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
  return entropy / Math.log(probabilities.length);
}

/** One head's answer: query and keys of two numbers, a value each. */
export function attend(query: readonly number[], keys: readonly (readonly number[])[], values: readonly number[]) {
  const scores = keys.map((key) => (query[0] * key[0] + query[1] * key[1]) / Math.SQRT2);
  const probabilities = softmax(scores);
  return { scores, probabilities, output: probabilities.reduce((sum, p, i) => sum + p * values[i], 0) };
}

/** ±1, by the sign of each number; 0 counts as positive, and so does what rounding makes of it, such as sin(−π). */
export const signs = (vector: readonly number[]): number[] => vector.map((x) => (x < -1e-12 ? -1 : 1));
