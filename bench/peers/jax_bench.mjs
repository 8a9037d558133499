/**
 * Times the float vision transformer in jax-js on its WebAssembly backend, as a peer of `binvit bench`. Node has no
 * Worker as browsers have, so jax-js takes one thread here.
 *
 * Prints one line of JSON when it is ready: {"version": text}, or {"missing": reason}. Then it answers every line
 * {"task": "inference", "model": {...}, "batch": n, "repeats": r} or
 * {"task": "product", "m": m, "k": k, "n": n, "repeats": r}
 * by a line {"seconds": s}, for all repeats together, or {"error": text}. It ends with its input.
 *
 * In jax-js a use of an array consumes it, unless it is written `x.ref`.
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const say = (line) => console.log(JSON.stringify(line));
if (!globalThis.Iterator?.prototype.map) {
  say({ missing: `jax-js needs Node 22 or later, this is ${process.versions.node}` });
  process.exit(0);
}

let jax;
let version;
try {
  jax = await import("@jax-js/jax");
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  version = JSON.parse(readFileSync(new URL("node_modules/@jax-js/jax/package.json", import.meta.url), "utf8")).version;
} catch (problem) {
  say({ missing: `${problem.message}`.split("\n")[0] });
  process.exit(0);
}

const { numpy: np, nn } = jax;
const normals = (...shape) => {
  const length = shape.reduce((a, b) => a * b, 1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return np.array(Float32Array.from({ length }, normal)).reshape(shape);
};

function parameters(model) {
  const { embedDim, mlpDim, patchSize, channels, imageSize, depth, numClasses } = model;
  const dense = (inputs, outputs) => ({
    weight: normals(inputs, outputs).mul(inputs ** -0.5),
    bias: np.zeros([outputs]),
  });
  const norm = () => ({ gamma: np.ones([embedDim]), beta: np.zeros([embedDim]) });
  const hasClass = model.pooling === "class-token";
  return {
    patch: dense(patchSize ** 2 * channels, embedDim),
    ...(hasClass && { classToken: normals(1, 1, embedDim) }),
    position: normals(1, (imageSize / patchSize) ** 2 + Number(hasClass), embedDim),
    blocks: Array.from({ length: depth }, () => ({
      norm1: norm(),
      qkv: dense(embedDim, 3 * embedDim),
      out: dense(embedDim, embedDim),
      norm2: norm(),
      fc1: dense(embedDim, mlpDim),
      fc2: dense(mlpDim, embedDim),
    })),
    norm: norm(),
    head: dense(embedDim, numClasses),
  };
}

const dense = (x, { weight, bias }) => np.matmul(x, weight).add(bias);
const norm = (x, { gamma, beta }, epsilon) => nn.standardize(x, -1, { epsilon }).mul(gamma).add(beta);

function attention(x, { qkv, out }, heads) {
  const [images, tokens, width] = x.shape;
  const joint = dense(x, qkv).reshape([images, tokens, 3, heads, width / heads]);
  const [query, key, value] = np.unstack(joint, 2);
  return dense(nn.dotProductAttention(query, key, value).reshape([images, tokens, width]), out);
}

/** Logits [B, C] of images [B, S, S, c]; consumes both. */
function forward(model, p, images) {
  const { patchSize: cut, channels, imageSize, numHeads, normEpsilon } = model;
  const [count, side] = [images.shape[0], imageSize / cut];
  const patches = np
    .transpose(images.reshape([count, side, cut, side, cut, channels]), [0, 1, 3, 2, 4, 5])
    .reshape([count, side * side, cut * cut * channels]);
  let x = dense(patches, p.patch);
  if (p.classToken) x = np.concatenate([np.tile(p.classToken, [count, 1, 1]), x], 1);
  x = x.add(p.position);
  for (const block of p.blocks) {
    x = x.ref.add(attention(norm(x, block.norm1, normEpsilon), block, numHeads));
    const wide = nn.gelu(dense(norm(x.ref, block.norm2, normEpsilon), block.fc1), { approximate: false });
    x = x.add(dense(wide, block.fc2));
  }
  const pooled = p.classToken ? x.slice([], 0) : np.mean(x, 1);
  return dense(norm(pooled, p.norm, normEpsilon), p.head);
}

/** What is to be timed: a function that runs once, until its result is in JavaScript. */
async function makeWork({ task, model, batch, m, k, n }) {
  const refs = (tree) => jax.tree.ref(tree);
  if (task === "product") {
    const [left, right] = [normals(m, k), normals(k, n)];
    const multiply = jax.jit((a, b) => np.matmul(a, b));
    return () => multiply(left.ref, right.ref).data();
  }
  const weights = parameters(model);
  const images = normals(batch, model.imageSize, model.imageSize, model.channels);
  const run = jax.jit((p, x) => forward(model, p, x));
  return () => run(refs(weights), images.ref).data();
}

say({ version: `${version} on wasm, one thread` });
const made = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { repeats, ...request } = JSON.parse(line);
    const key = JSON.stringify(request);
    if (!made.has(key)) {
      const work = await makeWork(request);
      await work(); // what is compiled is compiled now, before the clock starts
      made.set(key, work);
    }
    const startedAt = performance.now();
    for (let i = 0; i < repeats; i++) await made.get(key)();
    say({ seconds: (performance.now() - startedAt) / 1000 });
  } catch (problem) {
    say({ error: `${problem.message}`.split("\n")[0] }); // whatever went wrong, the other side is waiting for a line
  }
}
