/**
 * The class of the largest logit of each row, the first of equals.
 *
 * @param logits - shape [count, numClasses]
 * @returns shape [count]
 */
export function predictedClasses(logits: Float32Array, numClasses: number): Int32Array {
  return Int32Array.from({ length: logits.length / numClasses }, (_, row) => {
    let best = 0;
    for (let c = 1; c < numClasses; c++) {
      if (logits[row * numClasses + c] > logits[row * numClasses + best]) best = c;
    }
    return best;
  });
}
