import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { binvit } from "../cli/binvit";
import { command } from "../cli/in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-deploy-"));
const at = (name: string) => join(folder, name);
const run = (...words: string[]) => command(words, { cwd: folder });

const train = (out: string, binarize: object) =>
  binvit(
    [
      ...["train", "digits", "--backend", "wasm", "--out", out, "--set", "training.epochs=2"],
      ...["--set", "dataset.trainLimit=200", "--set", "model.depth=2"],
      ...["--set", `model.binarize=${JSON.stringify(binarize)}`],
    ],
    { cwd: folder },
  );

const binarized = { conv: "channel", mlp: "channel", mhsa: "xnor" };
const binarize = JSON.stringify(binarized);

beforeAll(async () => {
  expect((await train("run", binarized)).code).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("binvit pack, eval and verify-packed", () => {
  test("write a model and say what its bytes are", async () => {
    const { code, stdout } = await run("pack", "run", "--out", "made/model.safetensors");
    expect(code).toBe(0);
    const length = statSync(at("made/model.safetensors")).size;
    const float = statSync(at("run/weights.safetensors")).size;
    const bytes = (part: string) => Number(new RegExp(`${part} +([\\d,]+)`).exec(stdout)?.[1].replaceAll(",", ""));
    const parts = ["signs", "scales", "floats", "header"].map(bytes);
    expect(parts.every((part) => part > 0)).toBe(true);
    expect(parts.reduce((a, b) => a + b)).toBe(length);
    expect(bytes("total")).toBe(length);
    // conv 4 → 64; in each of 2 blocks 64 → 192, 64, 128 and 128 → 64; a row is whole words of 4 bytes
    expect(bytes("signs")).toBe(64 * 4 + 2 * ((192 + 64 + 128) * 8 + 64 * 16));
    expect(bytes("scales")).toBe(2 * (64 + 2 * (192 + 64 + 128 + 64)) + 4 * (1 + 2 * 4)); // and a step for each tensor
    expect(stdout).toContain(`${(float / length).toFixed(2)} times as many`);
    // What the tables count of it: rows of the first layer, of 4 inputs, are 1 byte there and a word in the file.
    const record = JSON.parse(readFileSync(at("run/record.json"), "utf8"));
    const whole = await run("pack", "run", "--floats", "32", "--out", "made/whole.safetensors");
    const header = Number(/header +([\d,]+)/.exec(whole.stdout)?.[1].replaceAll(",", ""));
    const counted = statSync(at("made/whole.safetensors")).size - header - 64 * 3;
    expect(record.bytes.packed).toBe(counted);
    expect(stdout).toContain(`the tables of studies count ${counted.toLocaleString("en-US")} bytes for it`);
    expect(stdout).toContain("rounded to 16 bits; `binvit verify-packed run --floats 16` measures");
    expect(whole.stdout).not.toContain("rounded to");
    const summary = await run("summary", "digits", "--set", "model.depth=2", "--set", `model.binarize=${binarize}`);
    const announced = /about ([\d,]+) bytes/.exec(summary.stdout)?.[1].replaceAll(",", "");
    expect(length - Number(announced)).toBeGreaterThan(0);
    expect(length - Number(announced)).toBeLessThan(500);
  });

  test("evaluate a packed model with the accuracy of its run, and say how fast", async () => {
    const [packed, simulated] = [await run("eval", "made/whole.safetensors"), await run("eval", "run")];
    expect(packed.stdout.split("\n")[0]).toBe(simulated.stdout.split("\n")[0]);
    expect(packed.stdout).toMatch(/test accuracy \d+\.\d%, loss \d\.\d{3}, 360 images/);
    expect(packed.stdout).toMatch(/Packed engine, simd kernels, one thread: \d+ images\/s/);
    expect(packed.code).toBe(0);
    expect((await run("eval", "made/model.safetensors", "--dataset", "shapes")).stderr).toMatch(/shapes has 32/);
  });

  test("find the engine and the float simulation to be the same", async () => {
    const { code, stdout } = await run("verify-packed", "run");
    expect(code).toBe(0);
    expect(stdout).toMatch(/patch +\d+ +0\n/);
    expect(stdout.match(/blocks\.\d\.\S+ +\d+ +0\n/g)?.length).toBe(8);
    expect(stdout).toMatch(/^360 images: .* 0\.0e\+0 .* classes that differ 0\.$/m);
    expect(stdout).toMatch(
      /^Floats in 16 bits for 32: test accuracy [\d.]+% for [\d.]+%, \d+ of 360 images of another class, largest/m,
    );
  });

  test.each([
    ["32", /^360 images: .* 0\.0e\+0 .* classes that differ 0\.\n$/m],
    ["8", /^Floats in 8 bits for 32: test accuracy/m],
  ])("compare with floats in %s bits", async (bits, said) => {
    const { code, stdout } = await run("verify-packed", "run", "--floats", bits);
    expect(code).toBe(0);
    expect(stdout).toMatch(said);
    expect(stdout.includes("Floats in")).toBe(bits !== "32");
    const packed = await run("pack", "run", "--floats", bits, "--out", `made/${bits}.safetensors`);
    expect(packed.code).toBe(0);
    expect((await run("eval", `made/${bits}.safetensors`)).stdout).toMatch(/test accuracy/);
  });

  test("refuse what they cannot do, and leave nothing behind", async () => {
    await train("products", { fc1: "real-to-binary" });
    const refused = await run("pack", "products", "--out", "products.safetensors");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/cannot be packed: binarize\.fc1 multiplies by what a network makes of its input/);
    expect(existsSync(at("products.safetensors"))).toBe(false);
    const missing = await run("pack", "nowhere", "--out", "x.safetensors");
    expect(missing.stderr).toMatch(/nowhere holds no record\.json/);
    expect((await run("pack", "run", "--out", "")).code).toBe(2);
    const floats = await run("pack", "run", "--floats", "12", "--out", "x.safetensors");
    expect(floats.code).toBe(2);
    expect(floats.stderr).toMatch(/--floats expects 32, 16 or 8, got "12"/);
  });

  test("refuse a packed file that is damaged, and one that is none", async () => {
    const file = readFileSync(at("made/model.safetensors"));
    writeFileSync(at("cut.safetensors"), file.subarray(0, file.length - 1));
    const cut = await run("eval", "cut.safetensors");
    expect(cut.code).toBe(1);
    expect(cut.stderr).toMatch(/cut\.safetensors is not a sound weight file: .*bytes of data/);
    const weights = await run("eval", "run/weights.safetensors");
    expect(weights.code).toBe(1);
    expect(weights.stderr).toMatch(/its format is "binvit\.weights\/1", expected "binvit\.packed\/4"/);
  });
});
