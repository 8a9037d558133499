import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { loadDataset } from "../../lib/data/load";
import { parseRunConfig, type RunInput } from "../../lib/train/run-config";
import { weightsSha256 } from "../../lib/train/run-folder";
import { train } from "../../lib/train/train";
import { weightsDigest } from "../../lib/train/weights-digest";

// What a page loads, loaded by Node, which has what it needs of a browser: `test/site/browser.test.ts` has a real one.

const address = (...path: string[]) => pathToFileURL(join(kitRoot(), ...path)).href;
const wasm = ["node_modules", "@tensorflow", "tfjs-backend-wasm", "dist", "tfjs-backend-wasm-simd.wasm"];

const script = `
  import { readFile } from "node:fs/promises";
  import * as page from ${JSON.stringify(address("lib", "dist", "esm", "training.js"))};
  const bytes = async (place) => new Uint8Array(await readFile(new URL(place)));
  const tell = (value) => console.log(JSON.stringify(value));
  const kernels = await bytes(${JSON.stringify(address("lib", "dist", "kernels", "binvit.wasm"))});
  await page.useBackend({ tensorflow: ${JSON.stringify(join(kitRoot(), ...wasm))}, kernels });
  const file = await bytes(${JSON.stringify(address("data", "digits", "digits.csv.gz"))});
  const digits = await page.loadDigits(file);
  await page.loadDigits(file.slice(1)).catch(({ message }) => tell(message));
  const taught = page.parseRunConfig({ extends: "digits", training: { objective: { distillation: { teacher: "runs/x" } } } });
  await page.train(taught, 1, digits).catch(({ message }) => tell(message));
  for (const input of JSON.parse(process.argv[2])) {
    const { parameters, test } = await page.train(page.parseRunConfig(input), 7, digits);
    tell({ sha256: await page.weightsDigest(parameters), accuracy: test.accuracy, data: digits.sha256 });
  }
`;

const small = { embedDim: 32, depth: 2, mlpDim: 64 };
const inputs: RunInput[] = [
  {},
  { mlp: "channel", mhsa: "learned" },
  { conv: "xnor", scores: "bit", values: "bit" },
].map((binarize) => ({
  extends: "digits",
  model: { ...small, binarize } as RunInput["model"],
  training: { epochs: 1, warmupEpochs: 0 },
}));

describe("training in a page", () => {
  const folder = mkdtempSync(join(tmpdir(), "binvit-page-"));
  let said: unknown[];

  beforeAll(async () => {
    const file = join(folder, "page.mjs");
    writeFileSync(file, script);
    const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(inputs)]);
    said = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("refuses what it cannot do: another file, a run that it has not", () => {
    expect(said[0]).toMatch(/digits\.csv\.gz is damaged: its SHA-256 is/);
    expect(said[1]).toMatch(/training\.objective\.distillation\.teacher needs a finished run, and a page keeps none/);
  });

  test.each(inputs.map((input, i) => [JSON.stringify(input.model?.binarize), i] as const))(
    "gives Node's weights, bit for bit: %s",
    async (_, i) => {
      await useBackend("wasm");
      const digits = await loadDataset({ name: "digits" });
      const { parameters, test: found } = await train(parseRunConfig(inputs[i]), 7, digits);
      const sha256 = weightsSha256(parameters);
      expect(await weightsDigest(parameters)).toBe(sha256);
      expect(said[2 + i]).toEqual({ sha256, accuracy: found.accuracy, data: digits.sha256 });
    },
  );
});
