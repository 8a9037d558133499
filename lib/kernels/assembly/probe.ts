import { wideTile } from "./gemm-wide-tile";

/**
 * A module of its own, small enough to be compiled twice while a program starts: how fast is the wide tile here?
 *
 *     a  panel [steps, 4]      b  panel [steps, 16]      c  tile [4, 16]
 */
export function probe(a: usize, b: usize, steps: i32, c: usize, turns: i32): void {
  for (let turn = 0; turn < turns; turn++) wideTile(a, b, steps, c, 64, 0, 0);
}
