import { storeLanes } from "./lanes";
import { packColumns, signWords } from "./pack-signs";
import { addBlock, BLOCK, ENTRY, LANES, signTablesScratch, stripOf } from "./sign-tables";
import { Nullable, onward } from "./onward";

/**
 * G [inputs, outputs] = sign(X)ᵀ · (dY · token): the weight gradient of a layer with binarized inputs, X [m, inputs]
 * and dY [m, outputs], by the tables of sign-tables.ts. `token` [m] may be null.
 *
 * The signs are those of X's columns. 32 outputs make one strip; lanes run along the outputs, so dY is read as it is.
 *
 *     scratch:  | signs of the columns of X, inputs × m bits | scratch of sign-tables.ts |
 *
 * @returns 1 if X held a NaN, else 0
 */
export function signsByFloat(
  x: usize,
  dy: usize,
  g: usize,
  m: i32,
  inputs: i32,
  outputs: i32,
  token: Nullable,
  scratch: usize,
): i32 {
  const rowBytes: usize = <usize>signWords(m) << 2;
  const work = scratch + rowBytes * inputs;
  const strip = stripOf(work);
  const odd = packColumns(x, scratch, m, inputs);
  for (let j = 0; j < outputs; j += LANES) {
    const left = min(outputs - j, LANES);
    memory.fill(strip, 0, <usize>inputs * ENTRY);
    for (let i = 0; i < m; i += BLOCK) {
      const from = dy + (<usize>(i * outputs + j) << 2);
      const signs = scratch + (<usize>i >> 3);
      addBlock(from, 1, outputs, left, min(m - i, BLOCK), onward(token, i), signs, rowBytes, inputs, work);
    }
    for (let row = 0; row < inputs; row++) {
      for (let lane = 0; lane < left; lane += 4) {
        const at = <usize>lane << 2;
        const value = v128.load(strip + <usize>row * ENTRY + at);
        storeLanes(g + (<usize>(row * outputs + j) << 2) + at, value, left - lane);
      }
    }
  }
  return odd;
}

/** Scratch of `signsByFloat`, bytes. */
export function signsByFloatScratch(m: i32, inputs: i32): usize {
  return (<usize>(signWords(m) * inputs) << 2) + signTablesScratch(inputs);
}
