import { queryTile, QUERY_ROWS, wideQueryTile } from "./attention-tile";
import { TILE_COLUMNS } from "./gemm-tile";
import { WIDE_COLUMNS } from "./gemm-wide-tile";
import { Nullable } from "./onward";
import { pack, packedBytes } from "./pack";
import { paddedPowers, scaledCopy } from "./padded-rows";
import { wide } from "./tier";

/** Products longer than this are summed in parts (gemm.ts), not here. */
export const LONGEST: i32 = 256;

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

/** Five rows of A times panels of B. */
function packedTimes(a: usize, aStride: usize, rows: i32, panels: usize, columns: i32, steps: i32, c: usize, cStride: usize): void {
  const across = inWidePanels(columns);
  let j = 0;
  for (; j < across; j += WIDE_COLUMNS) {
    wideQueryTile(a, aStride, rows, panels, steps, c, cStride);
    panels += <usize>(WIDE_COLUMNS * steps) << 2;
    c += <usize>WIDE_COLUMNS << 2;
  }
  for (; j < columns; j += TILE_COLUMNS) {
    queryTile(a, aStride, rows, panels, steps, c, cStride);
    panels += <usize>(TILE_COLUMNS * steps) << 2;
    c += <usize>TILE_COLUMNS << 2;
  }
}

/**
 * One head: what `attention` says, five queries at a time, while their scores, powers and context are in the first cache.
 *
 *     q, k, v   rows `row` floats apart          context   rows `width` floats apart
 *     probs     [queries, tokens], or 0 where nobody asks
 *
 *     scratch:  | shares | scores, 5 rows | context, 5 rows | k in panels | v in panels |
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
  const scores = scratch + 32;
  const scoreBytes: usize = <usize>paddedRow(tokens) << 2;
  const values = scores + scoreBytes * QUERY_ROWS;
  const valueBytes: usize = <usize>paddedRow(dim) << 2;
  const keyPanels = values + valueBytes * QUERY_ROWS;
  const valuePanels = keyPanels + packedBytes(tokens, dim, WIDE_COLUMNS);
  packBoth(k, row, 1, tokens, dim, keyPanels);
  packBoth(v, 1, row, dim, tokens, valuePanels);
  const rowBytes: usize = <usize>row << 2;
  for (let first = 0; first < queries; first += QUERY_ROWS) {
    const rows = min(queries - first, QUERY_ROWS);
    packedTimes(q, rowBytes, rows, keyPanels, tokens, dim, scores, scoreBytes);
    paddedPowers(scores, scoreBytes, scratch, rows, tokens, scale);
    packedTimes(scores, scoreBytes, rows, valuePanels, dim, tokens, values, valueBytes);
    scaledCopy(values, valueBytes, scratch, rows, dim, context, <usize>width << 2);
    if (probs) {
      scaledCopy(scores, scoreBytes, scratch, rows, tokens, probs, <usize>tokens << 2);
      probs += <usize>(rows * tokens) << 2;
    }
    q += rowBytes * QUERY_ROWS;
    context += <usize>(QUERY_ROWS * width) << 2;
  }
}

/** Scratch of `attendRows`, bytes. */
export function attendRowsScratch(tokens: i32, dim: i32): usize {
  const rows: usize = <usize>((paddedRow(tokens) + paddedRow(dim)) * QUERY_ROWS) << 2;
  return 32 + rows + packedBytes(tokens, dim, WIDE_COLUMNS) + packedBytes(dim, tokens, WIDE_COLUMNS);
}
