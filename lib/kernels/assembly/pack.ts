/**
 * Rearranges a strided matrix into the panels that the GEMM tile reads from front to back.
 *
 * A panel holds `width` lines (rows of A, columns of B) side by side, one step (one k) after the other:
 *
 *        step 0           step 1                 step s
 *     | l0 l1 … lw-1 | l0 l1 … lw-1 | … | l0 l1 … lw-1 |   panel 0: lines 0 … width-1
 *     | …                                               |   panel 1: lines width … 2·width-1
 *
 * The last panel is filled up with zero lines, so the tile never needs to know about edges.
 */

/** Bytes of the panels of `lines` lines. */
export function packedBytes(lines: i32, steps: i32, width: i32): usize {
  return <usize>((lines + width - 1) / width) * width * steps * 4;
}

/**
 * Element (line, step) is at `source + 4 (line · lineStride + step · stepStride)`; one of the strides is 1.
 * `width` is a multiple of 4.
 */
export function pack(
  source: usize,
  lineStride: i32,
  stepStride: i32,
  lines: i32,
  steps: i32,
  width: i32,
  target: usize,
): void {
  const lineBytes: usize = (<usize>lineStride) << 2;
  const stepBytes: usize = (<usize>stepStride) << 2;
  const panelBytes: usize = (<usize>width * steps) << 2;
  for (let first = 0; first < lines; first += width) {
    if (lineStride == 1 && lines - first >= width && (width & 7) == 0) {
      copyWhole(source + (<usize>first << 2), stepBytes, steps, width, target);
      target += panelBytes;
      continue;
    }
    for (let group = 0; group < width; group += 4) {
      const from = source + <usize>(first + group) * lineBytes;
      const to = target + (<usize>group << 2);
      const left = lines - first - group;
      if (left < 4) packEdge(from, lineBytes, stepBytes, left, steps, width, to);
      else if (lineStride == 1) copyFour(from, stepBytes, steps, width, to);
      else transposeFour(from, lineBytes, steps, width, to);
    }
    target += panelBytes;
  }
}

/** A whole panel of lines that lie next to each other at every step: registers in neighbouring pairs. */
function copyWhole(from: usize, stepBytes: usize, steps: i32, width: i32, to: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let s = 0; s < steps; s++) {
    for (let at: usize = 0; at < bytes; at += 32) {
      const low = v128.load(from + at);
      const high = v128.load(from + at, 16);
      v128.store(to + at, low);
      v128.store(to + at, high, 16);
    }
    from += stepBytes;
    to += bytes;
  }
}

/** Four lines that lie next to each other at every step. */
function copyFour(from: usize, stepBytes: usize, steps: i32, width: i32, to: usize): void {
  const toStep: usize = (<usize>width) << 2;
  for (let s = 0; s < steps; s++) {
    v128.store(to, v128.load(from));
    from += stepBytes;
    to += toStep;
  }
}

/** Four lines, each contiguous over its steps: 4 × 4 transposes in registers. */
function transposeFour(from: usize, lineBytes: usize, steps: i32, width: i32, to: usize): void {
  const toStep: usize = (<usize>width) << 2;
  const line1 = lineBytes;
  const line2 = lineBytes * 2;
  const line3 = lineBytes * 3;
  let s = 0;
  for (; s + 4 <= steps; s += 4) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + line1);
    const r2 = v128.load(from + line2);
    const r3 = v128.load(from + line3);
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(to + toStep, v128.shuffle<i64>(low01, low23, 1, 3));
    v128.store(to + toStep * 2, v128.shuffle<i64>(high01, high23, 0, 2));
    v128.store(to + toStep * 3, v128.shuffle<i64>(high01, high23, 1, 3));
    from += 16;
    to += toStep << 2;
  }
  for (; s < steps; s++) {
    f32.store(to, f32.load(from));
    f32.store(to + 4, f32.load(from + line1));
    f32.store(to + 8, f32.load(from + line2));
    f32.store(to + 12, f32.load(from + line3));
    from += 4;
    to += toStep;
  }
}

/** Fewer than four lines, perhaps none: the rest is zero. */
function packEdge(
  from: usize,
  lineBytes: usize,
  stepBytes: usize,
  left: i32,
  steps: i32,
  width: i32,
  to: usize,
): void {
  const toStep: usize = (<usize>width) << 2;
  for (let s = 0; s < steps; s++) {
    let value = f32x4.splat(0);
    if (left > 0) value = v128.load32_zero(from);
    if (left > 1) value = v128.load_lane<f32>(from + lineBytes, value, 1);
    if (left > 2) value = v128.load_lane<f32>(from + lineBytes * 2, value, 2);
    v128.store(to, value);
    from += stepBytes;
    to += toStep;
  }
}
