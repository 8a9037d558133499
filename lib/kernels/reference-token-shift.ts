/** The shift of tokens beside an MLP in plain TypeScript and float64, from what each number is a mean of. */

import { type Floats, make, sum } from "./reference";

/** Tokens [batch, tokens, width]; the last rows · columns of each image are a grid, row by row. */
export interface TokenGrid {
  readonly batch: number;
  readonly tokens: number;
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly distance: number;
}

const patterns = [0, 1, 2] as const;

/** The tokens of an image whose mean a channel of a token becomes. */
function sources(grid: TokenGrid, pattern: 0 | 1 | 2, token: number, channel: number): number[] {
  const { tokens, rows, columns, width, distance } = grid;
  const first = tokens - rows * columns;
  if (token < first) return [token];
  const [row, column] = [Math.floor((token - first) / columns), (token - first) % columns];
  const at = (down: number, right: number) =>
    first + ((row + down + rows * distance) % rows) * columns + ((column + right + columns * distance) % columns);
  const steps = Array.from({ length: 2 * distance + 1 }, (_, i) => i - distance);
  if (pattern === 0) return steps.map((step) => at(step, 0));
  if (pattern === 1) return steps.map((step) => at(0, step));
  const moves = [
    [-distance, 0],
    [distance, 0],
    [0, -distance],
    [0, distance],
  ];
  const [down, right] = moves[Math.floor(channel / Math.ceil(width / 4))];
  return [at(down, right)];
}

/** y, and with dy the gradients of x, scale and offset. */
export function tokenShift(
  x: Floats,
  scale: Floats,
  offset: Floats,
  grid: TokenGrid,
  dy: Floats = new Float64Array(0),
) {
  const { tokens, width } = grid;
  const of = (at: number) => {
    const [image, token, channel] = [Math.floor(at / (tokens * width)), Math.floor(at / width) % tokens, at % width];
    const places = (pattern: 0 | 1 | 2) =>
      sources(grid, pattern, token, channel).map((source) => (image * tokens + source) * width + channel);
    return { channel, places };
  };
  const moved = (places: readonly number[]) => sum(places.length, (i) => x[places[i]]) / places.length;
  const y = make(x.length, (at) => {
    const { channel, places } = of(at);
    return sum(3, (p) => moved(places(patterns[p])) * scale[p * width + channel] + offset[p * width + channel]);
  });
  const dx = new Float64Array(x.length);
  const [dscale, doffset] = [new Float64Array(3 * width), new Float64Array(3 * width)];
  for (let at = 0; at < dy.length; at++) {
    const { channel, places } = of(at);
    for (const pattern of patterns) {
      const [own, from] = [pattern * width + channel, places(pattern)];
      for (const place of from) dx[place] += (dy[at] * scale[own]) / from.length;
      dscale[own] += dy[at] * moved(from);
      doffset[own] += dy[at];
    }
  }
  return { y, dx, dscale, doffset };
}
