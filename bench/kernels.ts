/**
 * The fused kernels against stock TensorFlow.js on the same WebAssembly backend, medians of one run, at the shapes of
 * two models. After `npm run build`: `npx vite-node bench/kernels.ts`.
 */
import * as tf from "@tensorflow/tfjs";
import { kernels } from "../lib/backend/kernels";
import { useBackend } from "../lib/backend/select";

type Result = tf.Tensor | tf.Tensor[];

/** @returns median milliseconds of each, taken in turns so that both see the same machine */
function medians(ours: () => Result, stock: () => Result): [number, number] {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < 24; round++) {
    for (const [i, run] of [ours, stock].entries()) {
      const start = performance.now();
      tf.dispose(run());
      if (round > 8) times[i].push(performance.now() - start);
    }
  }
  const [first, second] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
  return [first, second];
}

function report(name: string, ours: () => Result, stock: () => Result, flops?: number): void {
  const [mine, theirs] = medians(ours, stock);
  const speed = (time: number) => (flops ? `${(flops / time / 1e6).toFixed(1)} GFLOP/s`.padStart(13) : "".padStart(13));
  const [a, b] = [mine, theirs].map((time) => `${time.toFixed(2).padStart(8)} ms ${speed(time)}`);
  console.log(`${name.padEnd(36)} ${a}  stock ${b}  ${(theirs / mine).toFixed(1).padStart(6)}×`);
}

function products(rows: number, inputs: number, outputs: number): void {
  const [x, w, dy] = [
    tf.randomNormal([rows, inputs]),
    tf.randomNormal([inputs, outputs]),
    tf.randomNormal([rows, outputs]),
  ];
  const [x2, w2, dy2] = [x as tf.Tensor2D, w as tf.Tensor2D, dy as tf.Tensor2D];
  const flops = 2 * rows * inputs * outputs;
  const size = `${rows}×${inputs}×${outputs}`;
  report(
    `x W        ${size}`,
    () => kernels.gemm(x, w),
    () => tf.matMul(x2, w2),
    flops,
  );
  report(
    `dx = dy Wᵀ ${size}`,
    () => kernels.gemm(dy, w, { transposeB: true }),
    () => tf.matMul(dy2, w2, false, true),
    flops,
  );
  report(
    `dW = xᵀ dy ${size}`,
    () => kernels.gemm(x, dy, { transposeA: true }),
    () => tf.matMul(x2, dy2, true),
    flops,
  );
}

function rowsAndElements(images: number, tokens: number, width: number): void {
  const x = tf.randomNormal([images, tokens, width]);
  const [gamma, beta] = [tf.ones([width]), tf.zeros([width])];
  const size = `${images}×${tokens}×${width}`;
  const [, mean, inverse] = kernels.layerNorm(x, gamma, beta, 1e-6);
  const stockNorm = (value: tf.Tensor) => {
    const { mean: center, variance } = tf.moments(value, -1, true);
    return tf.add(tf.mul(tf.mul(tf.sub(value, center), tf.rsqrt(tf.add(variance, 1e-6))), gamma), beta);
  };
  const stockGelu = (value: tf.Tensor) => tf.mul(tf.mul(value, 0.5), tf.add(1, tf.erf(tf.mul(value, Math.SQRT1_2))));
  const gradient = (f: (value: tf.Tensor) => tf.Tensor) => tf.tidy(() => tf.grad(f)(x, x));
  report(
    `layer norm          ${size}`,
    () => kernels.layerNorm(x, gamma, beta, 1e-6),
    () => tf.tidy(() => stockNorm(x)),
  );
  report(
    `layer norm gradient ${size}`,
    () => kernels.layerNormGrad(x, x, gamma, mean, inverse),
    () => gradient(stockNorm),
  );
  report(
    `gelu                ${size}`,
    () => kernels.gelu(x),
    () => tf.tidy(() => stockGelu(x)),
  );
  report(
    `gelu gradient       ${size}`,
    () => kernels.geluGrad(x, x),
    () => gradient(stockGelu),
  );
  report(
    `add                 ${size}`,
    () => kernels.add(x, x),
    () => tf.add(x, x),
  );
  report(
    `sums of columns     ${size}`,
    () => kernels.sumRows(x),
    () => tf.sum(x, [0, 1]),
  );
  report(
    `sign                ${size}`,
    () => kernels.sign(x),
    () => tf.tidy(() => tf.where(tf.greaterEqual(x, 0), 1, -1)),
  );
}

function attentions(images: number, tokens: number, width: number, heads: number): void {
  const qkv = tf.randomNormal([images, tokens, 3 * width]);
  const dout = tf.randomNormal([images, tokens, width]);
  const [, probs] = kernels.attention(qkv, heads);
  const stock = (value: tf.Tensor) => {
    const split = tf.transpose(tf.reshape(value, [images, tokens, 3, heads, width / heads]), [2, 0, 3, 1, 4]);
    const [q, k, v] = tf.unstack(split);
    const scores = tf.mul(tf.matMul(q, k, false, true), Math.sqrt(heads / width));
    return tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [images, tokens, width]);
  };
  const size = `${images}×${tokens}×${width}, ${heads} heads`;
  const flops = 4 * images * tokens * tokens * width;
  report(
    `attention          ${size}`,
    () => kernels.attention(qkv, heads),
    () => tf.tidy(() => stock(qkv)),
    flops,
  );
  report(
    `attention gradient ${size}`,
    () => kernels.attentionGrad(dout, qkv, probs, heads),
    () => tf.tidy(() => tf.grad(stock)(qkv, dout)),
    2 * flops,
  );
}

async function main(): Promise<void> {
  await useBackend("wasm");
  for (const [rows, inputs, outputs] of [
    [1088, 64, 192],
    [1088, 64, 128],
    [1088, 128, 64],
    [4160, 128, 384],
  ]) {
    products(rows, inputs, outputs);
  }
  rowsAndElements(64, 17, 64);
  rowsAndElements(64, 65, 128);
  attentions(64, 17, 64, 4);
  attentions(64, 65, 128, 4);
}

void main();
