import { existsSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { instantiateKernels } from "../../lib/kernels/module";
import { nameKernels, type Positional } from "../../lib/kernels/named-kernels";
import { readKernels } from "../../lib/kernels/read";
import { firstDifference, selfTests, testBench } from "../../lib/kernels/self-test";
import { tried } from "../../lib/kernels/tried-v8";
import { compileKernels, kernelTier } from "../../lib/kernels/wide";

const bytes = readKernels();
const plain = new WebAssembly.Module(bytes as BufferSource);
const engine = `${process.versions.v8} ${process.arch}`;
const major = Number.parseInt(process.versions.node, 10);

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test("the self-test runs every kernel, and each writes something", () => {
  const exported = WebAssembly.Module.exports(plain).flatMap(({ name, kind }) => (kind === "function" ? [name] : []));
  const onlyAnswer = new Set(["panelBytes", "setWide", "sumOfSquares"]);
  const kernels = exported.filter((name) => !name.endsWith("Scratch") && !onlyAnswer.has(name));
  expect(
    Object.keys(selfTests)
      .filter((name) => !onlyAnswer.has(name))
      .sort(),
  ).toEqual(kernels.sort());
  const run = testBench(plain, false);
  for (const name of kernels)
    expect(
      run(name)!.some((byte) => byte !== 0),
      name,
    ).toBe(true);
});

test("the wide shapes give the bits of the others, whatever the registers are", () => {
  expect(firstDifference(testBench(plain, false), testBench(plain, true))).toBeUndefined();
});

test("a kernel with other bits is named", () => {
  const [expected, run] = [testBench(plain, false), testBench(plain, false)];
  const faulty = (name: string) => {
    const written = run(name)!;
    if (name === "softmax") written[77] ^= 1;
    return written;
  };
  expect(firstDifference(expected, faulty)).toBe("softmax");
});

/** Linux says so; other systems that V8 fuses on are taken to have it. */
const hasAvx2 =
  !existsSync("/proc/cpuinfo") || (process.arch === "x64" && / avx2 /.test(readFileSync("/proc/cpuinfo", "utf8")));

test.skipIf(tried[engine] !== "" || !hasAvx2)(
  "where V8 can, every kernel runs in 256-bit registers, with the same bits",
  () => {
    const { module, wide } = compileKernels(bytes as BufferSource);
    expect(kernelTier().tier, kernelTier().reason).toBe("wide");
    expect(wide).toBe(true);
    expect(firstDifference(testBench(plain, false), testBench(module, true))).toBeUndefined();
  },
);

const sizes = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 63, 65, 129, 255, 257, 300];

test.each(sizes)("products of all forms and rows of %i columns have the bits of 128-bit registers", (n) => {
  const made = compileKernels(bytes as BufferSource);
  const forms = [{ module: plain, wide: false }, made].map(({ module, wide }) => {
    const memory = new WebAssembly.Memory({ initial: 80 });
    const kernels = nameKernels(new WebAssembly.Instance(module, { env: { memory } }).exports as Positional);
    kernels.setWide({ on: wide });
    const [a, b, c, y, scratch] = [1, 2, 3, 4, 5].map((place) => place << 19);
    const floats = new Float32Array(memory.buffer);
    for (let i = a / 4; i < y / 4; i++) floats[i] = Math.sin(i * i);
    const results: Uint8Array[] = [];
    const keep = (count: number) => results.push(new Uint8Array(memory.buffer, y, 4 * count).slice());
    for (const [m, k] of [
      [1, 33],
      [4, 1],
      [65, 37],
      [70, 300],
    ]) {
      kernels.gemm({ a, b, bias: c, c: y, batch: 1, m, n, k, scratch });
      keep(m * n);
      kernels.gemm({ a, b, c: y, batch: 1, m, n, k, transposeA: true, transposeB: true, scratch });
      keep(m * n);
      kernels.signMatMul({ a, b, y, batch: 1, m, n, k, scratch });
      keep(m * n);
      kernels.signsByFloat({ x: a, dy: b, g: y, m, inputs: k, outputs: n, scratch });
      keep(k * n);
      kernels.packSigns({ x: b, signs: c, rows: n, k });
      kernels.floatBySigns({ f: a, signs: c, y, m, n, k, scratch });
      keep(m * n);
    }
    kernels.layerNorm({ x: a, gamma: b, beta: b, y, mean: c, inverse: c + 4096, rows: 9, width: n, epsilon: 1e-6 });
    keep(9 * n);
    kernels.layerNormGrad({
      dy: b,
      x: a,
      gamma: b,
      mean: c,
      inverse: c,
      dx: y,
      dgamma: c,
      dbeta: c,
      rows: 9,
      width: n,
    });
    keep(9 * n);
    kernels.softmax({ x: a, y, rows: 9, width: n, scale: 0.5, scratch });
    keep(9 * n);
    kernels.geluGrad({ dy: b, x: a, dx: y, count: n });
    keep(n);
    return results;
  });
  expect(forms[0].map((result, i) => Buffer.compare(result, forms[1][i]))).toEqual(forms[0].map(() => 0));
});

test("BINVIT_WIDE=off turns them off, and says so", async () => {
  vi.stubEnv("BINVIT_WIDE", "off");
  const fresh = await import("../../lib/kernels/wide");
  expect(fresh.kernelTier().tier).toBe("simd");
  expect(fresh.kernelTier().reason).toContain("BINVIT_WIDE=off");
  expect(fresh.compileKernels(bytes as BufferSource).wide).toBe(false);
});

test.each([
  ["another V8", { "1.2.3 x64": "" }, /were not tried on this version of Node; `npm run build` tries them/],
  [
    "a V8 that cannot",
    { "1.2.3 x64": "", [engine]: "its compiler ended with SIGTRAP" },
    /has no others: its compiler ended with SIGTRAP/,
  ],
])("nothing is compiled for 256 bits that was tried on %s", async (_, found, reason) => {
  vi.doMock("../../lib/kernels/tried-v8", () => ({ tried: found, switches: [] }));
  const fresh = await import("../../lib/kernels/wide");
  expect(fresh.kernelTier()).toMatchObject({ tier: "simd", reason: expect.stringMatching(reason) });
  expect(fresh.compileKernels(bytes as BufferSource).wide).toBe(false);
  vi.doUnmock("../../lib/kernels/tried-v8");
});

test.skipIf(major < 24)("on Node 24 V8 can", () => {
  if (major === 24) expect(tried[engine]).toBe("");
  else expect(tried).toHaveProperty([engine]);
});

test("kernels run whatever the tier", () => {
  const memory = new WebAssembly.Memory({ initial: 4 });
  const kernels = instantiateKernels(bytes as BufferSource, memory);
  new Float32Array(memory.buffer, 1024, 4).set([1, -2, 3, -4]);
  kernels.sign({ x: 1024, y: 2048, count: 4 });
  expect([...new Float32Array(memory.buffer, 2048, 4)]).toEqual([1, -1, 1, -1]);
});
