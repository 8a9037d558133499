import { loadLanes, sumLanes } from "./lanes";

/** token[i] = mean |x[i, :]| of each row of x [rows, k]. */
export function tokenScale(x: usize, token: usize, rows: i32, k: i32): void {
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0);
    for (let j = 0; j < k; j += 4) {
      sum = f32x4.add(sum, f32x4.abs(loadLanes(x + (<usize>j << 2), k - j, 0)));
    }
    f32.store(token, sumLanes(sum) / <f32>k);
    x += <usize>k << 2;
    token += 4;
  }
}
