import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { UsageError } from "../../lib/base/errors";
import { runExport } from "../../lib/cli/export";
import { onnxModel } from "../../lib/onnx/model";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights } from "../../lib/train/run-folder";
import { command } from "../cli/in-process";
import { smallDigits, smallRun } from "../train/small-run";
import { readOnnx } from "./read-onnx";

const folder = mkdtempSync(join(tmpdir(), "export-"));
const run = join(folder, "run");

beforeAll(async () => {
  await useBackend("wasm");
  const config = smallRun({ training: { epochs: 1 } });
  await trainInto({ name: "small", config, seed: 1 }, run, {}, await smallDigits());
});

test("binvit export writes a finished run as ONNX", async () => {
  const file = join(folder, "new", "small.onnx");
  const { code, stdout, stderr } = await command(["export", run, "--onnx", file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /small\.onnx: \d+\.\d kB, operator set 17\. Input images \[batch, 8, 8, 1\] float32, normalized .*logits \[batch, 10\]/,
  );
  const record = readRecord(run)!;
  const { maxValue, mean, std, classNames } = record.dataset;
  const pixels = { maxValue, mean, std };
  const expected = onnxModel(record.config.model, readWeights(run, record), { pixels, classNames });
  expect(Buffer.compare(readFileSync(file), expected)).toBe(0);
});

test("in another operator set, from raw pixels, with what they mean in its metadata", async () => {
  const file = join(folder, "raw.onnx");
  const { code, stdout } = await command(["export", run, "--onnx", file, "--opset", "23", "--raw-pixels"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/operator set 23\. .* float32, pixels from 0 to 16; output/);
  const { irVersion, operatorSet, metadata } = readOnnx(readFileSync(file));
  expect({ irVersion, operatorSet }).toEqual({ irVersion: 11, operatorSet: 23 });
  const read = Object.fromEntries(Object.entries(metadata).map(([key, value]) => [key, JSON.parse(value)]));
  const { mean, std, maxValue, classNames } = readRecord(run)!.dataset;
  expect(read).toEqual({ input: "raw pixels", mean, std, maxValue, classNames });
});

test.each(["16", "24", "17.0", "", "latest", "1e1"])(
  "operator set %j is refused, with those that there are",
  async (opset) => {
    const refused = await runExport(run, { onnx: join(folder, "none.onnx"), opset }).catch((error) => error);
    expect(refused).toBeInstanceOf(UsageError);
    expect(refused.message).toBe(`--opset expects a whole number from 17 to 23, got "${opset}".`);
    expect(existsSync(join(folder, "none.onnx"))).toBe(false);
  },
);

test("what is no run, or was damaged, is refused and nothing written", async () => {
  const file = join(folder, "none.onnx");
  expect(await command(["export", folder, "--onnx", file])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/holds no record\.json/),
  });
  expect((await command(["export", run])).stderr).toMatch(/--onnx/);
  expect((await command(["export", run, "--onnx", ""])).code).toBe(2);
  const weights = join(run, "weights.safetensors");
  const bytes = readFileSync(weights);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(weights, bytes);
  const damaged = await command(["export", run, "--onnx", file]);
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not belong to its record/) });
  expect(existsSync(file)).toBe(false);
});
