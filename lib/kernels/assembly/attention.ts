import { multiply, multiplyScratch } from "./gemm";
import { attendRows, attendRowsScratch } from "./attend-rows";
import { Nullable, onward } from "./onward";
import { softmaxRowsGrad } from "./softmax";

/**
 * Self-attention of all heads, straight from the joint projection: no head is ever copied out.
 *
 *     qkv [B, N, 3D], one token   | q of head 0, 1, … | k of head 0, 1, … | v of head 0, 1, … |
 *     out [B, M, D],  one token   | head 0 | head 1 | … |
 *     probs [B, H, M, N]          p = softmax(q kᵀ / √d), d = D / H; 0 where no gradient will ask for them
 *
 * A head is a strided matrix: row n starts 3D floats after row n − 1 in qkv, D floats in out. The first M of the N tokens
 * ask (`queries`): all of them, or the class token alone where nothing else is read.
 *
 * The values are summed with the bare powers e^(s − max s), and what has been summed is divided: keys with the same score
 * have the same power, 1 for the largest, so values that cancel leave exactly 0. With p they would leave a rounding, and a
 * layer that reads the sign of the context would follow it.
 *
 *     scratch:  as `attendRows` divides it
 */
export function attention(
  qkv: usize,
  out: usize,
  probs: Nullable,
  batch: i32,
  tokens: i32,
  width: i32,
  heads: i32,
  queries: i32,
  scratch: usize,
): void {
  const dim = width / heads;
  const scale: f32 = 1 / sqrt<f32>(<f32>dim);
  const headBytes: usize = <usize>dim << 2;
  const partBytes: usize = <usize>width << 2;
  const row = 3 * width;
  for (let image = 0; image < batch; image++) {
    for (let head = 0; head < heads; head++) {
      const q = qkv + <usize>head * headBytes;
      const k = q + partBytes;
      const v = k + partBytes;
      attendRows(q, k, v, row, out + <usize>head * headBytes, width, probs, queries, tokens, dim, scale, scratch);
      probs = onward(probs, queries * tokens);
    }
    qkv += <usize>(tokens * row) << 2;
    out += <usize>(queries * width) << 2;
  }
}

/**
 * The gradient. With ds the gradient of the scores:
 * dv = pᵀ dout; dp = dout vᵀ; ds = p (dp − Σ dp p) / √d; dq = ds k, 0 where a token did not ask; dk = dsᵀ q.
 *
 *     dout [B, M, D]      probs [B, H, M, N]      scratch:  | ds [M, N] | scratch of a product |
 */
export function attentionGrad(
  dout: usize,
  qkv: usize,
  probs: usize,
  dqkv: usize,
  batch: i32,
  tokens: i32,
  width: i32,
  heads: i32,
  queries: i32,
  scratch: usize,
): void {
  const dim = width / heads;
  const scale: f32 = 1 / sqrt<f32>(<f32>dim);
  const partBytes: usize = <usize>width << 2;
  const row = 3 * width;
  const ds = scratch;
  const work = scratch + (<usize>(queries * tokens) << 2);
  for (let image = 0; image < batch; image++) {
    for (let head = 0; head < heads; head++) {
      const at = <usize>(head * dim) << 2;
      const q = qkv + at;
      const k = q + partBytes;
      const v = k + partBytes;
      const dq = dqkv + at;
      const dk = dq + partBytes;
      const dv = dk + partBytes;
      const upstream = dout + at;
      multiply(probs, 1, tokens, upstream, width, 1, dv, row, tokens, dim, queries, 0, work);
      multiply(upstream, width, 1, v, 1, row, ds, tokens, queries, tokens, dim, 0, work);
      softmaxRowsGrad(ds, probs, queries, tokens, scale);
      multiply(ds, tokens, 1, k, row, 1, dq, row, queries, dim, tokens, 0, work);
      multiply(ds, 1, tokens, q, row, 1, dk, row, tokens, dim, queries, 0, work);
      probs += <usize>(queries * tokens) << 2;
    }
    for (let token = queries; token < tokens; token++) memory.fill(dqkv + (<usize>(token * row) << 2), 0, partBytes);
    qkv += <usize>(tokens * row) << 2;
    dqkv += <usize>(tokens * row) << 2;
    dout += <usize>(queries * width) << 2;
  }
}

/** Scratch that both need, bytes. */
export function attentionScratch(tokens: i32, width: i32, heads: i32): usize {
  const dim = width / heads;
  const products = max(multiplyScratch(tokens, dim), multiplyScratch(dim, tokens));
  return max((<usize>(tokens * tokens) << 2) + products, attendRowsScratch(tokens, dim));
}
