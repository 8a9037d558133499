/** The largest difference of two logits that is taken to be rounding. */
export const logitTolerance = 1e-4;

/** @returns max |a − b|; infinite where one of them is not a number */
export const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((largest, value, i) => {
    const difference = Math.abs(value - b[i]);
    return Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }, 0);
