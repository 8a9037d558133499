/**
 * Exchanges two axes, entries of the last one staying together: y [outer, columns, rows, width] of x [outer, rows, columns,
 * width].
 *
 *     x   row 0: | column 0: width floats | column 1 | … | row 1: | …       y   column 0: | row 0 | row 1 | … | column 1: | …
 */
export function swapAxes(x: usize, y: usize, outer: i32, rows: i32, columns: i32, width: i32): void {
  const bytes: usize = <usize>width << 2;
  const step = <usize>rows * bytes; // from a column to the next in y
  for (let o = 0; o < outer; o++) {
    for (let row = 0; row < rows; row++) {
      let to = y + <usize>row * bytes;
      for (let column = 0; column < columns; column++) {
        copy(x, to, width);
        x += bytes;
        to += step;
      }
    }
    y += step * columns;
  }
}

// @ts-ignore: decorator
@inline
function copy(from: usize, to: usize, width: i32): void {
  let i = 0;
  for (; i + 4 <= width; i += 4) v128.store(to + (<usize>i << 2), v128.load(from + (<usize>i << 2)));
  for (; i < width; i++) f32.store(to + (<usize>i << 2), f32.load(from + (<usize>i << 2)));
}
