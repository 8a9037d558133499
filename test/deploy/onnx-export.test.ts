import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { onnxModel } from "../../lib/deploy/onnx-model";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights } from "../../lib/train/run-folder";
import { binvit } from "../cli/binvit";
import { smallDigits, smallRun } from "../train/small-run";

const folder = mkdtempSync(join(tmpdir(), "export-"));
const run = join(folder, "run");

beforeAll(async () => {
  await useBackend("wasm");
  const config = smallRun({ training: { epochs: 1 } });
  await trainInto({ name: "small", config, seed: 1 }, run, {}, await smallDigits());
});

test("binvit export writes a finished run as ONNX", async () => {
  const file = join(folder, "new", "small.onnx");
  const { code, stdout, stderr } = await binvit(["export", run, "--onnx", file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/small\.onnx: \d+\.\d kB.*images \[batch, 8, 8, 1\] .*logits \[batch, 10\]/);
  const record = readRecord(run)!;
  expect(Buffer.compare(readFileSync(file), onnxModel(record.config.model, readWeights(run, record)))).toBe(0);
});

test("what is no run, or was damaged, is refused and nothing written", async () => {
  const file = join(folder, "none.onnx");
  expect(await binvit(["export", folder, "--onnx", file])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/holds no record\.json/),
  });
  expect((await binvit(["export", run])).stderr).toMatch(/--onnx/);
  expect((await binvit(["export", run, "--onnx", ""])).code).toBe(2);
  const weights = join(run, "weights.safetensors");
  const bytes = readFileSync(weights);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(weights, bytes);
  const damaged = await binvit(["export", run, "--onnx", file]);
  expect(damaged).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not belong to its record/) });
  expect(existsSync(file)).toBe(false);
});
