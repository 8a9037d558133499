import { fiveByEight, fourByEight } from "./attention-tile";
import { fiveBySixteen, fourBySixteen } from "./attention-wide-tile";
import { BLOCK_K } from "./gemm";
import { TILE_COLUMNS } from "./gemm-tile";
import { WIDE_COLUMNS } from "./gemm-wide-tile";
import { Nullable } from "./onward";
import { pack, packedBytes } from "./pack";
import { powersOfStridedRows, scaleRowsTo } from "./softmax";
import { wide } from "./tier";

/**
 * Rows at a time with 256-bit registers: tokens are often a square and one more, of which fives leave none over
 * (65 = 13 · 5, 50 = 10 · 5), or fours and fives do (17). With 128 bits fives are no faster than fours.
 */
const MOST_ROWS: i32 = 5;
/** A tile whose sums are added to those of the steps before. */
const SPARE_BYTES: usize = <usize>(MOST_ROWS * WIDE_COLUMNS) << 2;

/** Columns that are packed in wide panels; what is left goes into narrow ones. */
// @ts-ignore: decorator
@inline
function inWidePanels(columns: i32): i32 {
  return wide ? (columns + 7) & ~15 : 0;
}

/** Floats of a row of whole panels, and room for one more group. */
function paddedRow(columns: i32): i32 {
  return (columns + WIDE_COLUMNS - 1) & ~(WIDE_COLUMNS - 1);
}

/** Panels of B as `packedTimes` reads them. */
function packBoth(b: usize, bColumn: i32, bStep: i32, columns: i32, steps: i32, panels: usize): void {
  const across = inWidePanels(columns);
  pack(b, bColumn, bStep, min(columns, across), steps, WIDE_COLUMNS, panels);
  const rest = columns - across;
  const from = b + (<usize>(across * bColumn) << 2);
  pack(from, bColumn, bStep, rest, steps, TILE_COLUMNS, panels + (<usize>(across * steps) << 2));
}

/** Rows of A, at most five, times panels of B, with the roundings of `multiply`; `spare` holds one tile. */
function packedTimes(
  a: usize,
  aStride: usize,
  rows: i32,
  panels: usize,
  columns: i32,
  steps: i32,
  c: usize,
  cStride: usize,
  spare: usize,
): void {
  const across = inWidePanels(columns);
  for (let j = 0; j < columns; ) {
    const panel = j < across ? WIDE_COLUMNS : TILE_COLUMNS;
    for (let k0 = 0; k0 < steps; k0 += BLOCK_K) {
      const from = a + (<usize>k0 << 2);
      const b = panels + (<usize>(k0 * panel) << 2);
      const count = min(steps - k0, BLOCK_K);
      const to = k0 ? spare : c;
      const toStride = k0 ? <usize>panel << 2 : cStride;
      if (wide && panel == WIDE_COLUMNS) {
        if (rows == MOST_ROWS) fiveBySixteen(from, aStride, b, count, to, toStride);
        else fourBySixteen(from, aStride, rows, b, count, to, toStride);
      } else if (wide && rows == MOST_ROWS) fiveByEight(from, aStride, b, count, to, toStride);
      else fourByEight(from, aStride, rows, b, count, to, toStride);
      if (k0) addTile(spare, panel, c, cStride, rows);
    }
    panels += <usize>(panel * steps) << 2;
    c += <usize>panel << 2;
    j += panel;
  }
}

function addTile(tile: usize, columns: i32, c: usize, cStride: usize, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i += 4) {
      const at = <usize>i << 2;
      v128.store(c + at, f32x4.add(v128.load(tile + at), v128.load(c + at)));
    }
    tile += <usize>columns << 2;
    c += cStride;
  }
}

/**
 * The most negative number up to whole groups of eight, which have no slow last lanes: its power is 0, and 0 changes no sum.
 */
function fillUp(x: usize, stride: usize, rows: i32, width: i32, groups: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = width; i < groups; i++) f32.store(x + (<usize>i << 2), -f32.MAX_VALUE);
    x += stride;
  }
}

/**
 * One head of `attention`, four or five queries at a time, while their scores, powers and context are in the first cache.
 *
 *     q, k, v   rows `row` floats apart          context   rows `width` floats apart
 *     probs     [queries, tokens], or 0 where nobody asks
 *
 *     scratch:  | shares, 8 | a spare tile | scores, 5 rows | context, 5 rows | k in panels | v in panels |
 */
export function attendRows(
  q: usize,
  k: usize,
  v: usize,
  row: i32,
  context: usize,
  width: i32,
  probs: Nullable,
  queries: i32,
  tokens: i32,
  dim: i32,
  scale: f32,
  scratch: usize,
): void {
  const spare = scratch + 32;
  const scores = spare + SPARE_BYTES;
  const scoreBytes: usize = <usize>paddedRow(tokens) << 2;
  const values = scores + scoreBytes * MOST_ROWS;
  const valueBytes: usize = <usize>paddedRow(dim) << 2;
  const keyPanels = values + valueBytes * MOST_ROWS;
  const valuePanels = keyPanels + packedBytes(tokens, dim, WIDE_COLUMNS);
  packBoth(k, row, 1, tokens, dim, keyPanels);
  packBoth(v, 1, row, dim, tokens, valuePanels);
  const rowBytes: usize = <usize>row << 2;
  const groups = (tokens + 7) & ~7;
  for (let left = queries; left > 0; ) {
    const rows = wide && left % MOST_ROWS == 0 ? MOST_ROWS : min(left, MOST_ROWS - 1);
    packedTimes(q, rowBytes, rows, keyPanels, tokens, dim, scores, scoreBytes, spare);
    fillUp(scores, scoreBytes, rows, tokens, groups);
    powersOfStridedRows(scores, scoreBytes, scratch, rows, groups, scale);
    packedTimes(scores, scoreBytes, rows, valuePanels, dim, tokens, values, valueBytes, spare);
    scaleRowsTo(values, valueBytes, scratch, rows, dim, context, <usize>width << 2);
    if (probs) {
      scaleRowsTo(scores, scoreBytes, scratch, rows, tokens, probs, <usize>tokens << 2);
      probs += <usize>(rows * tokens) << 2;
    }
    q += rowBytes * rows;
    context += <usize>(rows * width) << 2;
    left -= rows;
  }
}

/** Scratch of `attendRows`, bytes. */
export function attendRowsScratch(tokens: i32, dim: i32): usize {
  const rows: usize = <usize>((paddedRow(tokens) + paddedRow(dim)) * MOST_ROWS) << 2;
  return 32 + SPARE_BYTES + rows + packedBytes(tokens, dim, WIDE_COLUMNS) + packedBytes(dim, tokens, WIDE_COLUMNS);
}
