import { loadLanes, storeLanes } from "./lanes";
import { packColumns, signWords } from "./pack-signs";
import { accumulate, BLOCK, ENTRY, GROUP, tabulate } from "./sign-tables";
import { Nullable, onward } from "./onward";

/**
 * G [inputs, outputs] = sign(X)ᵀ · (dY · token): the weight gradient of a layer with binarized inputs, X [m, inputs]
 * and dY [m, outputs], by the tables of sign-tables.ts. `token` [m] may be null.
 *
 * The signs are those of X's columns. 16 outputs make one strip; lanes run along the outputs, so dY is read as it is.
 *
 *     scratch:  | signs of the columns of X, inputs × m bits | tables of BLOCK rows of dY | strip, inputs × 16 |
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
  const tables = (scratch + rowBytes * inputs + 63) & ~63; // an entry is then one line of the cache
  const strip = tables + <usize>(BLOCK >> 2) * GROUP;
  const odd = packColumns(x, scratch, m, inputs);
  for (let j = 0; j < outputs; j += 16) {
    const left = outputs - j;
    memory.fill(strip, 0, <usize>inputs * ENTRY);
    for (let i = 0; i < m; i += BLOCK) {
      const steps = min(m - i, BLOCK);
      const from = dy + (<usize>(i * outputs + j) << 2);
      rowTables(from, outputs, left, steps, onward(token, i), tables);
      accumulate(scratch + (<usize>i >> 3), rowBytes, (steps + 3) >> 2, tables, strip, inputs);
    }
    for (let row = 0; row < inputs; row++) {
      for (let lane = 0; lane < 16 && lane < left; lane += 4) {
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
  return 64 + (<usize>(signWords(m) * inputs) << 2) + <usize>(BLOCK >> 2) * GROUP + <usize>inputs * ENTRY;
}

/** Tables of `steps` rows of dY, 16 columns. */
function rowTables(dy: usize, stride: i32, left: i32, steps: i32, token: usize, tables: usize): void {
  const rowBytes: usize = <usize>stride << 2;
  for (let row = 0; row < steps; row += 4) {
    for (let lane = 0; lane < 16; lane += 4) {
      const at = dy + (<usize>lane << 2);
      const within = left - lane;
      const f0 = term(at, within, steps - row, token);
      const f1 = term(at + rowBytes, within, steps - row - 1, onward(token, 1));
      const f2 = term(at + rowBytes * 2, within, steps - row - 2, onward(token, 2));
      const f3 = term(at + rowBytes * 3, within, steps - row - 3, onward(token, 3));
      tabulate(tables + (<usize>lane << 2), f0, f1, f2, f3);
    }
    tables += GROUP;
    dy += rowBytes << 2;
    token = onward(token, 4);
  }
}

/** Four columns of one row, 0 outside. */
// @ts-ignore: decorator
@inline
function term(address: usize, columns: i32, rows: i32, token: usize): v128 {
  if (columns <= 0 || rows <= 0) return f32x4.splat(0);
  const value = loadLanes(address, columns, 0);
  return token ? f32x4.mul(value, v128.load32_splat(token)) : value;
}
