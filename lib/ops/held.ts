import * as tf from "@tensorflow/tfjs";

/** What was kept so far, and which of it comes next. */
let held: { readonly values: tf.Tensor[]; next: number } | undefined;

/**
 * Lets a function be differentiated numerically as automatic differentiation does it: what has no gradient, or a pretended
 * one, is kept from the first evaluation and stays what it was in the following ones.
 *
 * @param use - is given a way to evaluate functions, which must all ask for kept tensors in the same order
 * @returns what `use` returns
 */
export function holding<T>(use: (evaluate: <R>(run: () => R) => R) => T): T {
  const values: tf.Tensor[] = [];
  held = { values, next: 0 };
  try {
    return use((run) => {
      if (held) held.next = 0;
      return run();
    });
  } finally {
    held = undefined;
    tf.dispose(values);
  }
}

/** @returns x as it was in the first evaluation; undefined where nothing is held, as in all training */
export function startOf(x: tf.Tensor): tf.Tensor | undefined {
  if (!held) return undefined;
  if (held.next === held.values.length) held.values.push(tf.keep(tf.clone(x)));
  return held.values[held.next++];
}
