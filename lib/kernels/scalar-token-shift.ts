import type { InferenceKernels } from "./module";

const fround = Math.fround;

/** The shift of tokens without SIMD, rounded in the order of `assembly/token-shift.ts`, which documents it. */
export function scalarTokenShift(memory: WebAssembly.Memory): Pick<InferenceKernels, "tokenShift"> {
  return {
    tokenShift({ x, scale, offset = 0, y, batch, tokens, rows, columns, width, distance }) {
      const f = new Float32Array(memory.buffer);
      const quarter = Math.ceil(width / 4);
      const first = tokens - rows * columns;
      const moves = [-distance, distance];
      for (let image = 0; image < batch; image++) {
        for (let token = 0; token < tokens; token++) {
          const inGrid = token >= first;
          const [height, across, by] = inGrid ? [rows, columns, distance] : [1, 1, 0];
          const cell = inGrid ? token - first : 0;
          const [row, column] = [Math.floor(cell / across), cell % across];
          const grid = (x >>> 2) + (image * tokens + (inGrid ? first : token)) * width;
          const at = (r: number, c: number) =>
            grid + (((r + height) % height) * across + ((c + across) % across)) * width;
          const mean = (place: (step: number) => number) => {
            const reach = Math.abs(by);
            let sum = f[place(-reach)];
            for (let step = 1 - reach; step <= reach; step++) sum = fround(sum + f[place(step)]);
            return fround(sum / (2 * reach + 1));
          };
          for (let i = 0; i < width; i++) {
            const group = Math.floor(i / quarter);
            const move = inGrid ? moves[group & 1] : 0;
            const moved = [
              mean((step) => at(row + step, column) + i),
              mean((step) => at(row, column + step) + i),
              f[(group < 2 ? at(row + move, column) : at(row, column + move)) + i],
            ].map((value, pattern) => {
              const product = fround(value * f[(scale >>> 2) + pattern * width + i]);
              return offset ? fround(product + f[(offset >>> 2) + pattern * width + i]) : product;
            });
            f[(y >>> 2) + (image * tokens + token) * width + i] = fround(moved[0] + moved[1]) + moved[2];
          }
        }
      }
    },
  };
}
