import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { FileError } from "../../lib/base/errors";
import { type ReferenceCase, readReferenceCase } from "../../lib/verify/reference-case";
import { verifyCase, verifyFolder } from "../../lib/verify/verify";

const golden = join(__dirname, "..", "golden");
const folder = mkdtempSync(join(tmpdir(), "binvit-verify-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  await useBackend("wasm");
});

const load = (name: string): ReferenceCase => readReferenceCase(join(golden, `${name}.json`));

/** The case with one expected number moved by `by`. */
function moved(name: string, key: string, by: number): ReferenceCase {
  const original = load(name);
  const { shape, data } = original.expect[key];
  return { ...original, expect: { ...original.expect, [key]: { shape, data: [data[0] + by, ...data.slice(1)] } } };
}

describe("a case fails", () => {
  test.each([
    ["binary_linear_channel_scale", "y"],
    ["binary_linear_channel_scale", "grad_weight"],
    ["cross_entropy_label_smoothing", "loss"],
    ["vit_mlp", "grad_blocks.1.mlp.fc2.bias"],
    ["adamw", "weight"],
  ])("%s, where one number of %s is wrong", (name, key) => {
    const result = verifyCase(moved(name, key, 0.01));
    expect(result).toMatchObject({ passed: false, worst: key });
    expect(result.largestError).toBeGreaterThan(0.001);
    expect(verifyCase(moved(name, key, 0)).passed).toBe(true);
  });

  test("where an option is another than the expectation was made with", () => {
    const original = load("binary_linear_channel_scale");
    for (const change of [
      { scale: "tensor" },
      { scaleGradient: "detached" },
      { center: true },
      { weightSte: "identity" },
      { activation: "none" },
      { activationSte: "approx" },
      { activationScale: "token" },
    ]) {
      const result = verifyCase({ ...original, options: { ...original.options, ...change } });
      expect(result.passed, JSON.stringify(change)).toBe(false);
    }
  });

  test("where the result is not a number, saying so", () => {
    const original = load("gelu");
    const { shape, data } = original.inputs.x;
    const x = { shape, data: [Number.NaN, ...data.slice(1)] };
    const result = verifyCase({ ...original, inputs: { x } });
    expect(result).toMatchObject({ passed: false, largestError: Number.NaN });
    expect(result.problem).toMatch(/^y holds NaN, expected/);
  });

  test.each([
    [{ op: "conv3d" }, /unknown op "conv3d". Known: adamw, .*vit/],
    [{ options: { scale: "rows" } }, /scale: expected "none", .* got "rows"/],
    [{ options: { scal: "none" } }, /unknown key "scal"/],
    [{ options: { scale: "learned" } }, /needs its parameter|pass the tensor/],
    [{ upstream: { shape: [1], data: [1] } }, /y has shape \[2,5,7\], upstream has \[1\]/],
    [{ expect: { grad_w: { shape: [1], data: [1] } } }, /"grad_w" is expected/],
    [{ expect: { y: { shape: [1], data: [1] } } }, /y has 70 values, 1 are expected/],
  ])("with a reason where it is not one that the kit can run: %j", (change, reason) => {
    const result = verifyCase({ ...load("binary_linear_channel_scale"), ...change } as ReferenceCase);
    expect(result.passed).toBe(false);
    expect(result.problem).toMatch(reason);
  });

  test("and the others are still run", () => {
    cpSync(golden, folder, { recursive: true });
    writeFileSync(join(folder, "gelu.json"), JSON.stringify({ ...load("gelu"), op: "relu" }));
    const results = verifyFolder(folder);
    expect(results.filter((result) => result.passed)).toHaveLength(24);
  });
});

describe("a forward value", () => {
  test("may be expected alone, without an upstream gradient", () => {
    const { expect: expected, ...rest } = load("layer_norm");
    const alone = { ...rest, upstream: null, expect: { y: expected.y } };
    expect(verifyCase(alone)).toMatchObject({ passed: true, worst: "y" });
  });

  test("of a loss is weighted by an upstream gradient", () => {
    const original = load("cross_entropy_label_smoothing");
    const { shape, data } = original.expect.grad_logits;
    const doubled = { ...original.expect, grad_logits: { shape, data: data.map((value) => 2 * value) } };
    const upstream = { shape: [], data: [2] };
    expect(verifyCase({ ...original, upstream, expect: doubled }).passed).toBe(true);
  });
});

describe("a file that is none is refused", () => {
  const text = readFileSync(join(golden, "gelu.json"), "utf8");
  test.each([
    ["truncated", text.slice(0, 500), /is not valid JSON/],
    ["empty", "", /is not valid JSON/],
    ["a list", "[1]", /"name" is missing/],
    ["null", "null", /holds no object/],
    ["without op", text.replace('"op"', '"operation"'), /"op" is missing/],
    ["without expectations", text.replace('"expect"', '"expected"'), /"expect" is missing/],
    ["with a negative tolerance", text.replace(/"tolerance": [^,}]*/, '"tolerance": -1'), /"tolerance" is not/],
    ["with too few numbers", text.replace(/"shape": \[[^\]]*\]/, '"shape": [3]'), /of shape \[3\] needs 3 numbers/],
    ["with null for a number", text.replace(/"data": \[[^,]*/, '"data": [null'), /not a number/],
  ])("%s", (_, content, reason) => {
    const path = join(folder, "case.json");
    writeFileSync(path, content);
    expect(() => readReferenceCase(path)).toThrow(FileError);
    expect(() => readReferenceCase(path)).toThrow(reason);
    expect(() => readReferenceCase(path)).toThrow(path);
  });

  test("a folder that is missing, empty, or a file", () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect(() => verifyFolder(empty)).toThrow(/holds no reference vectors/);
    expect(() => verifyFolder(join(folder, "nowhere"))).toThrow(/There is no folder .*nowhere/);
    expect(() => verifyFolder(join(golden, "gelu.json"))).toThrow(FileError);
  });
});
