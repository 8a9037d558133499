import type { InferenceKernels } from "./module";

const fround = Math.fround;

/** The shift of tokens without SIMD, rounded in the order of `assembly/token-shift.ts`, which documents it. */
export function scalarTokenShift(memory: WebAssembly.Memory): Pick<InferenceKernels, "tokenShift"> {
  return {
    tokenShift({ x, scale, offset, y, batch, tokens, rows, columns, width, distance }) {
      const f = new Float32Array(memory.buffer);
      const [quarter, first] = [Math.ceil(width / 4), tokens - rows * columns];
      for (let at = 0; at < batch * tokens * width; at++) {
        const [channel, token] = [at % width, Math.floor(at / width) % tokens];
        const group = Math.floor(channel / quarter);
        const cell = Math.max(0, token - first);
        const [across, far] = token < first ? [1, 0] : [columns, distance];
        let total = 0;
        for (let way = 0; way < 3; way++) {
          const vertical = way < 2 ? way === 0 : group < 2;
          const [place, length, step] = vertical
            ? [Math.floor(cell / across), rows, across * width]
            : [cell % across, across, width];
          const last = way < 2 ? Math.abs(far) : group & 1 ? far : -far;
          const steps = way < 2 ? 2 * last : 0;
          let sum = 0;
          for (let k = last - steps; k <= last; k++) {
            const around = place + k < 0 ? k + length : place + k < length ? k : k - length;
            const value = f[(x >>> 2) + at + around * step];
            sum = k === last - steps ? value : fround(sum + value);
          }
          const own = way * width + channel;
          const term = fround(fround(fround(sum / (steps + 1)) * f[(scale >>> 2) + own]) + f[(offset >>> 2) + own]);
          total = way ? fround(total + term) : term;
        }
        f[(y >>> 2) + at] = total;
      }
    },
  };
}
