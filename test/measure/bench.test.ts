import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { benchGemm } from "../../lib/measure/gemm";
import { type GemmSize, normals, ownProducts } from "../../lib/measure/gemm-products";
import { benchInference } from "../../lib/measure/inference";
import { benchMemory } from "../../lib/measure/memory";
import { modelBytes } from "../../lib/measure/model-bytes";
import { benchModel } from "../../lib/measure/models";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import type { PyTorchRequest } from "../../lib/measure/pytorch";
import type { BenchRow } from "../../lib/measure/row";
import { benchTraining } from "../../lib/measure/training";
import { binvit } from "../cli/binvit";

const runtime = onnxRuntime(require);
const onnx = "open" in runtime ? runtime.open : undefined;
const onnxPeer = onnx ? ["onnxruntime"] : []; // its rows are missing where it is

const tiny = { imageSize: 4, patchSize: 2, embedDim: 8, depth: 1, numHeads: 2, mlpDim: 12 };

/** It does not matter here how fast anything is. */
const pace = { warmUp: 0, timing: 0 };

const names = (rows: readonly BenchRow[]) => rows.map((row) => `${row.case} ${row.peer}`);
const rowNames = (name: string, peers: readonly string[]) => peers.map((peer) => `${name} ${peer}`);

function expectSound(rows: readonly BenchRow[], bench: string, unit: string): void {
  for (const { ratio, ...row } of rows) {
    expect(row).toMatchObject({ bench, unit });
    expect(row.ours).toBeGreaterThan(0);
    expect(row.theirs).toBeGreaterThan(0);
    expect(ratio.min).toBeGreaterThan(0);
    expect(ratio.min).toBeLessThanOrEqual(ratio.median);
    expect(ratio.median).toBeLessThanOrEqual(ratio.max);
    expect(Number.isFinite(ratio.max)).toBe(true);
  }
}

/** A peer that claims to take so many seconds a run. */
const claiming = (seconds: number) => ({
  version: "0",
  time: async (_: unknown, repeats: number) => seconds * repeats,
  close() {},
});

describe("gemm", () => {
  test.each<GemmSize>([
    { m: 3, k: 33, n: 5, signsByFloats: true },
    { m: 17, k: 64, n: 9, signsByFloats: true },
  ])("what is timed is right within 1e-4: $m×$k×$n", (size) => {
    const { m, k, n } = size;
    const [a, b] = [normals(new Random(1), m * k), normals(new Random(2), k * n)];
    const { products, factors } = ownProducts(size, a, b);
    const [signsA, signsB] = [reference.sign(a), reference.sign(b)];
    const float = reference.gemm(a, b, [m, n, k]);
    const expected: Record<string, Float64Array> = {
      xnor: reference.gemm(signsA, signsB, [m, n, k]).map((v, i) => v * factors.alpha[i % n] + factors.bias[i % n]),
      float,
      "float by signs": reference.gemm(a, signsB, [m, n, k]),
      "float, B transposed": float,
      "signs by float": reference.gemm(signsA, factors.gradient, [k, n, m], { transposeA: true }),
      "float, A transposed": reference.gemm(a, factors.gradient, [k, n, m], { transposeA: true }),
    };
    expect(Object.keys(products)).toEqual(Object.keys(expected));
    for (const [name, run] of Object.entries(products)) {
      const got = run();
      expect(got).toHaveLength(expected[name].length);
      expect(Math.max(...expected[name].map((v, i) => Math.abs(v - got[i]))), name).toBeLessThan(1e-4);
    }
  });

  test("of small sizes has its rows", async () => {
    const sizes = [
      { m: 33, k: 65, n: 17, signsByFloats: true },
      { m: 5, k: 32, n: 8 },
    ];
    const rows = await benchGemm({ sizes, rounds: 2, pace, onnx, pyTorch: claiming(0.1), jaxJs: claiming(0.1) });
    expectSound(rows, "gemm", "Gop/s");
    const floats = [...onnxPeer, "pytorch", "jax-js", "stock-wasm"];
    expect(names(rows)).toEqual([
      ...rowNames("33x65x17", [...floats, "own-float"]),
      ...rowNames("33x65x17/float", floats),
      "33x65x17/signs-float own-float",
      "33x65x17/signs-float-transposed own-float",
      ...rowNames("5x32x8", [...floats, "own-float"]),
      ...rowNames("5x32x8/float", floats),
    ]);
  });
});

describe("models", () => {
  const model = benchModel("digits", tiny);
  const cases = [
    { model, batch: 3 },
    { model, batch: 1 },
  ];

  test("inference of a small one has its rows", async () => {
    const peers = { onnx, pyTorch: claiming(0.1), jaxJs: claiming(0.2), tfjsNode: claiming(0.3) };
    const rows = await benchInference({ cases, rounds: 2, pace, ...peers });
    expectSound(rows, "inference", "images/s");
    const ranInt8 = rows.filter(({ peer }) => peer.startsWith("onnxruntime-int8-")).map(({ peer }) => peer);
    const onnxPeers = (at: number) => [...onnxPeer, ...ranInt8.slice(at, at + 1)]; // where Python is there
    const [others, last] = [["pytorch", "pytorch-w1a1", "jax-js", "tfjs-node"], ["stock-wasm"]];
    const binary = (at: number) => [...onnxPeers(at), ...others, ...last, "own-float"];
    const floats = others.filter((peer) => peer !== "pytorch-w1a1");
    expect(names(rows)).toEqual([
      ...rowNames("digits/w1a1/batch-3", binary(0)),
      ...rowNames("digits/everything/batch-3", binary(1)),
      ...rowNames("digits/float/batch-3", [...onnxPeers(2), ...floats, ...last]),
      ...rowNames("digits/w1a1/batch-1", binary(3)),
      ...rowNames("digits/everything/batch-1", binary(4)),
    ]);
    expect(rows.find(({ peer }) => peer === "jax-js")?.theirs).toBeCloseTo(15);
  });

  test("training of a small one has its rows, PyTorch's among them where it is there", async () => {
    const asked: string[] = [];
    const pyTorch = {
      version: "0",
      time: async (request: PyTorchRequest, repeats: number) => {
        if (request.task !== "product") asked.push(`${request.task} ${request.bits} ${request.batch}`);
        return 0.1 * repeats;
      },
      close() {},
    };
    const rows = await benchTraining({ cases, rounds: 2, pace, pyTorch, tfjsNode: claiming(0.3) });
    expectSound(rows, "training", "images/s");
    const own = ["stock-wasm", "own-float", "own-stock-kernels"];
    const binary = [...own, "pytorch", "pytorch-float", "tfjs-node", "tfjs-node-float"];
    expect(names(rows)).toEqual([
      ...rowNames("digits/float/batch-3", ["stock-wasm", "own-stock-kernels", "pytorch", "tfjs-node"]),
      ...rowNames("digits/w1a1/batch-3", binary),
      ...rowNames("digits/w1a1/batch-3/workers-2", ["own-one-worker"]),
      ...rowNames("digits/w1a1/batch-1", binary),
    ]);
    expect(new Set(asked)).toEqual(
      new Set(["training float 3", "training w1a1 3", "training float 1", "training w1a1 1"]),
    );
    expect(rows.find(({ peer }) => peer === "pytorch")?.theirs).toBeCloseTo(30);
  });

  test("bytes: a packed file is smaller than the float files, which are about as large as each other", async () => {
    const rows = await modelBytes([benchModel("digits")]);
    const [float, exported, packed, whole, least] = rows;
    expect(rows.map(({ model: name, format }) => `${name} ${format}`)).toEqual([
      "digits/float safetensors",
      "digits/float onnx",
      "digits/w1a1 packed",
      "digits/w1a1 packed-32",
      "digits/w1a1 packed-8",
    ]);
    expect(whole.bytes).toBeLessThan(float.bytes / 11);
    expect(packed.bytes).toBeLessThan(float.bytes / 15);
    expect(least.bytes).toBeLessThan(float.bytes / 19);
    expect(Math.abs(exported.bytes / float.bytes - 1)).toBeLessThan(0.03);
  });

  test("memory: one process each, the packed engine needs least", async () => {
    const rows = await benchMemory(["inference"], { model: "digits", batch: 64 });
    expect(rows.map(({ task, case: name, variant }) => `${task} ${name} ${variant}`)).toEqual([
      "inference digits/batch-64 packed",
      "inference digits/batch-64 float",
      "inference digits/batch-64 stock-wasm",
    ]);
    const [packed, float, stock] = rows.map((row) => row.bytes);
    expect(packed).toBeGreaterThan(60_000); // one page, at the least
    expect(packed).toBeLessThan(float);
    expect(float).toBeLessThanOrEqual(stock);
  });
});

describe("the command", () => {
  test("prints its tables and writes the same as JSON", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "bench-")), "new", "bench.json");
    const { code, stdout, stderr } = await binvit(["bench", "gemm", "--rounds", "1", "--json", file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^4160x128x384 +stock-wasm +\d/m);
    const { rows, machine, peers, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    expect(rest).toEqual({ bytes: [], memory: [] });
    expect(stdout.split("\n")[0]).toContain(`${machine.cores} × ${machine.processor}`);
    for (const [name, version] of Object.entries(peers)) expect(stdout).toContain(`\n${name}: ${version}`);
    expect("onnxruntime" in peers).toBe(onnx !== undefined);
    expectSound(rows, "gemm", "Gop/s");
    expect(Object.keys(rows[0])).toEqual(["bench", "case", "peer", "ours", "theirs", "unit", "ratio"]);
  });

  test.each([
    [["bench", "speed"], /bench expects gemm, inference, training or all, got "speed"/],
    [["bench", "--rounds", "0"], /--rounds expects a whole number from 1 to/],
    [["bench", "--json", ""], /--json expects <file>, got ""/],
  ])("refuses %j", async (words, message) => {
    const { code, stderr } = await binvit(words);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
