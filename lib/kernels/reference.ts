/**
 * The kernels in plain TypeScript and float64, one loop per sum: what each of them computes, and what the tests hold
 * the SIMD forms to. Arrays are row-major; shapes and formulas are those of `assembly/`.
 */

export type Floats = ArrayLike<number>;
type SteForm = "identity" | "clip" | "approx" | "swish";
type ScaleForm = "none" | "tensor" | "channel" | "learned" | "learned-tensor";

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
/** An array by its values. */
export function make(count: number, value: (i: number) => number): Float64Array {
  const made = new Float64Array(count);
  for (let i = 0; i < count; i++) made[i] = value(i);
  return made;
}

/** Σ over i of a term. */
export function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}

/** C [m, n] = op(A) · op(B) + bias */
export function gemm(
  a: Floats,
  b: Floats,
  [m, n, k]: readonly [number, number, number],
  options: { transposeA?: boolean; transposeB?: boolean; bias?: Floats } = {},
): Float64Array {
  const { transposeA, transposeB, bias } = options;
  const left = (i: number, s: number) => (transposeA ? a[s * m + i] : a[i * k + s]);
  const right = (s: number, j: number) => (transposeB ? b[j * k + s] : b[s * n + j]);
  return make(m * n, (at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return sum(k, (s) => left(i, s) * right(s, j)) + (bias ? bias[j] : 0);
  });
}

/** a + b, b repeated */
export const add = (a: Floats, b: Floats): Float64Array => make(a.length, (i) => a[i] + b[i % b.length]);

/** Column sums of x [rows, width] */
export const sumRows = (x: Floats, width: number): Float64Array =>
  make(width, (j) => sum(x.length / width, (i) => x[i * width + j]));

/** y, and mean and 1/√(var + ε) of each row */
export function layerNorm(x: Floats, gamma: Floats, beta: Floats, epsilon: number) {
  const width = gamma.length;
  const rows = x.length / width;
  const mean = make(rows, (i) => sum(width, (j) => x[i * width + j]) / width);
  const variance = make(rows, (i) => sum(width, (j) => (x[i * width + j] - mean[i]) ** 2) / width);
  const inverse = make(rows, (i) => 1 / Math.sqrt(variance[i] + epsilon));
  const y = make(x.length, (at) => {
    const [i, j] = [Math.floor(at / width), at % width];
    return (x[at] - mean[i]) * inverse[i] * gamma[j] + beta[j];
  });
  return { y, mean, inverse };
}

/** dx, dγ, dβ of `layerNorm` */
export function layerNormGrad(dy: Floats, x: Floats, gamma: Floats, mean: Floats, inverse: Floats) {
  const width = gamma.length;
  const n = make(x.length, (at) => (x[at] - mean[Math.floor(at / width)]) * inverse[Math.floor(at / width)]);
  const h = make(x.length, (at) => dy[at] * gamma[at % width]);
  const rowMean = (row: number, term: (at: number) => number) => sum(width, (j) => term(row * width + j)) / width;
  const means = make(mean.length, (row) => rowMean(row, (at) => h[at]));
  const projections = make(mean.length, (row) => rowMean(row, (at) => h[at] * n[at]));
  const dx = make(x.length, (at) => {
    const row = Math.floor(at / width);
    return inverse[row] * (h[at] - means[row] - n[at] * projections[row]);
  });
  const dgamma = sumRows(
    make(x.length, (at) => dy[at] * n[at]),
    width,
  );
  return { dx, dgamma, dbeta: sumRows(dy, width) };
}

/** Φ(x): erf(z) = 2/√π e^(−z²) Σ 2ⁿ z^(2n+1) / (1·3·…·(2n+1)), whose terms are all of one sign */
function normalCdf(x: number): number {
  if (Math.abs(x) > 15) return x > 0 ? 1 : 0;
  const z = x / Math.SQRT2;
  let term = z;
  let series = z;
  for (let i = 1; Math.abs(term) > 1e-17 * Math.abs(series); i++) {
    term *= (2 * z * z) / (2 * i + 1);
    series += term;
  }
  return 0.5 + (Math.exp(-z * z) * series) / Math.sqrt(Math.PI);
}

/** x Φ(x) */
export const gelu = (x: Floats): Float64Array => make(x.length, (i) => x[i] * normalCdf(x[i]));

/** dy (Φ(x) + x φ(x)) */
export const geluGrad = (dy: Floats, x: Floats): Float64Array =>
  make(x.length, (i) => dy[i] * (normalCdf(x[i]) + (x[i] * Math.exp(-(x[i] ** 2) / 2)) / Math.sqrt(2 * Math.PI)));

/** Sizes of an attention: images, tokens, width, heads. */
export type AttentionShape = readonly [batch: number, tokens: number, width: number, heads: number];

// One part (0 q, 1 k, 2 v) of one head, as a function of token and channel.
const headOf = ([, tokens, width, heads]: AttentionShape, part: number, image: number, head: number) => {
  return (token: number, channel: number) =>
    (image * tokens + token) * 3 * width + part * width + (head * width) / heads + channel;
};

/** Context [B, N, D] and probabilities [B, H, N, N] */
export function attention(qkv: Floats, shape: AttentionShape) {
  const [batch, tokens, width, heads] = shape;
  const dim = width / heads;
  const out = new Float64Array(batch * tokens * width);
  const probs = new Float64Array(batch * heads * tokens * tokens);
  for (const image of range(batch)) {
    for (const head of range(heads)) {
      const [q, k, v] = range(3).map((part) => headOf(shape, part, image, head));
      for (const i of range(tokens)) {
        const scores = make(tokens, (j) => sum(dim, (c) => qkv[q(i, c)] * qkv[k(j, c)]) / Math.sqrt(dim));
        const most = Math.max(...scores);
        const total = sum(tokens, (j) => Math.exp(scores[j] - most));
        const row = ((image * heads + head) * tokens + i) * tokens;
        for (const j of range(tokens)) probs[row + j] = Math.exp(scores[j] - most) / total;
        for (const c of range(dim)) {
          out[(image * tokens + i) * width + head * dim + c] = sum(tokens, (j) => probs[row + j] * qkv[v(j, c)]);
        }
      }
    }
  }
  return { out, probs };
}

/** Gradient of qkv */
export function attentionGrad(dout: Floats, qkv: Floats, probs: Floats, shape: AttentionShape): Float64Array {
  const [batch, tokens, width, heads] = shape;
  const dim = width / heads;
  const dqkv = new Float64Array(qkv.length);
  for (const image of range(batch)) {
    for (const head of range(heads)) {
      const [q, k, v] = range(3).map((part) => headOf(shape, part, image, head));
      const upstream = (i: number, c: number) => dout[(image * tokens + i) * width + head * dim + c];
      for (const i of range(tokens)) {
        const p = (j: number) => probs[((image * heads + head) * tokens + i) * tokens + j];
        const dp = make(tokens, (j) => sum(dim, (c) => upstream(i, c) * qkv[v(j, c)]));
        const mean = sum(tokens, (j) => dp[j] * p(j));
        for (const j of range(tokens)) {
          const ds = (p(j) * (dp[j] - mean)) / Math.sqrt(dim);
          for (const c of range(dim)) {
            dqkv[v(j, c)] += p(j) * upstream(i, c);
            dqkv[q(i, c)] += ds * qkv[k(j, c)];
            dqkv[k(j, c)] += ds * qkv[q(i, c)];
          }
        }
      }
    }
  }
  return dqkv;
}

/** Loss, share times the sum over rows, and its gradient of the logits */
export function crossEntropy(logits: Floats, labels: Floats, classes: number, smoothing: number, share: number) {
  const shares = (row: number) => {
    const own = Array.from({ length: classes }, (_, i) => logits[row * classes + i]);
    const most = Math.max(...own);
    const total = own.reduce((all, z) => all + Math.exp(z - most), 0);
    return own.map((z) => z - most - Math.log(total)); // log softmax
  };
  const target = (row: number, i: number) => (labels[row] === i ? 1 - smoothing : 0) + smoothing / classes;
  const logs = range(labels.length).flatMap(shares);
  const term = (at: number) => target(Math.floor(at / classes), at % classes);
  return {
    loss: -share * sum(logs.length, (at) => term(at) * logs[at]),
    gradient: make(logs.length, (at) => share * (Math.exp(logs[at]) - term(at))),
  };
}

/** ±1, +1 for 0. */
export const signOf = (x: number): number => (x >= 0 ? 1 : -1);

/** What d sign(x)/dx is taken to be */
export function pseudoSlope(x: number, form: SteForm): number {
  const inside = Math.abs(x) <= 1;
  const u = 5 * x;
  if (form === "identity") return 1;
  if (form === "clip") return inside ? 1 : 0;
  if (form === "approx") return inside ? 2 - 2 * Math.abs(x) : 0;
  return (5 * (2 - u * Math.tanh(u / 2))) / (1 + Math.cosh(u));
}

/** +1 where x ≥ 0, −1 elsewhere */
export const sign = (x: Floats): Float64Array => make(x.length, (i) => signOf(x[i]));

/** dy ste(x) */
export const signGrad = (dy: Floats, x: Floats, form: SteForm): Float64Array =>
  make(x.length, (i) => dy[i] * pseudoSlope(x[i], form));

// v = w, or w less its column's mean
function centered(w: Floats, outputs: number, center: boolean): Float64Array {
  const inputs = w.length / outputs;
  const sums = sumRows(w, outputs);
  return make(w.length, (at) => (center ? w[at] - sums[at % outputs] / inputs : w[at]));
}

/** How `binarizeWeight` and its gradient work. */
export interface WeightForm {
  readonly outputs: number;
  readonly scale: ScaleForm;
  readonly center: boolean;
}

/** sign(v), and α for every output */
export function binarizeWeight(w: Floats, { outputs, scale, center }: WeightForm, given: Floats = [1]) {
  const v = centered(w, outputs, center);
  const columns = sumRows(v.map(Math.abs), outputs).map((total) => total / (w.length / outputs));
  const tensor = sum(outputs, (j) => columns[j]) / outputs;
  const alphas = { none: [1], tensor: [tensor], channel: columns, learned: given, "learned-tensor": given };
  const chosen: Floats = alphas[scale];
  const alpha = make(outputs, (j) => chosen[j % chosen.length]);
  return { signs: v.map(signOf), alpha };
}

/** Gradients of w and of α */
export function binarizeWeightGrad(
  dy: Floats,
  w: Floats,
  alpha: Floats,
  form: WeightForm & { readonly ste: SteForm; readonly scaleGradient: "product" | "detached" },
) {
  const { outputs, scale, center, ste, scaleGradient } = form;
  const v = centered(w, outputs, center);
  const columns = sumRows(
    v.map((value, at) => dy[at] * signOf(value)),
    outputs,
  );
  const perOutput = scale === "channel" || scale === "learned";
  const dalpha = perOutput ? columns : make(1, () => sum(outputs, (j) => columns[j]));
  const follows = scaleGradient === "product" && (scale === "channel" || scale === "tensor");
  const count = w.length / dalpha.length;
  const dv = v.map((value, at) => {
    const throughScale = follows ? (dalpha[at % dalpha.length] * Math.sign(value)) / count : 0;
    return dy[at] * alpha[at % outputs] * pseudoSlope(value, ste) + throughScale;
  });
  return { dw: centered(dv, outputs, center), dalpha };
}
