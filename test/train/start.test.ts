import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import type { Batch } from "../../lib/data/batches";
import { epochBatches } from "../../lib/train/epoch-batches";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights } from "../../lib/train/run-folder";
import { startParameters } from "../../lib/train/start";
import type { TrainingState } from "../../lib/train/state";
import { train } from "../../lib/train/train";
import { initialParameters, type ParameterArrays } from "../../lib/vit/parameters";
import { worstError } from "../kernels/arena";
import { smallDigits, smallRun } from "./small-run";

const seen = vi.hoisted(() => ({ batches: [] as Float32Array[], given: [] as ParameterArrays[] }));
// A model that has something to learn from its first images: it starts with another bias of its head.
vi.mock("../../lib/vit/first-batch", () => ({
  startFromBatch: (_: object, parameters: ParameterArrays, images: Float32Array): ParameterArrays => {
    seen.batches.push(images.slice());
    seen.given.push(parameters);
    return { ...parameters, "head.bias": { shape: [10], data: new Float32Array(10).fill(7) } };
  },
}));
beforeAll(async () => {
  await useBackend("wasm");
});

test("a run starts from its first batch, once, with what that says; what is resumed does not", async () => {
  const config = smallRun({ training: { epochs: 2, flip: true, cropPadding: 1, learningRate: 1e-9 } });
  const digits = await smallDigits();
  const saved: TrainingState[] = [];
  const { parameters } = await train(config, 4, digits, { onEpoch: (_, state) => saved.push(state()) });
  const [first] = epochBatches(config, 4, digits, 1) as Iterable<Batch>;
  expect(seen.batches).toEqual([first.images]);
  for (const value of parameters["head.bias"].data) expect(value).toBeCloseTo(7, 5);
  const fresh = initialParameters(config.model, 4)["norm.gamma"].data;
  expect(worstError(parameters["norm.gamma"].data, fresh)).toBeLessThan(1e-5);
  await train(config, 4, digits, { resume: saved[0] });
  expect(seen.batches).toHaveLength(1);
});

test("of a run that starts from another the first batch sees the taken weights, and changes none of them", async () => {
  const folder = mkdtempSync(join(tmpdir(), "binvit-start-"));
  try {
    const digits = await smallDigits();
    await trainInto({ name: "first", config: smallRun({ training: { epochs: 1 } }), seed: 5 }, folder, {}, digits);
    const taken = readWeights(folder, readRecord(folder)!);
    seen.given.length = 0;
    const start = startParameters(smallRun({ training: { from: folder } }), 1, digits, taken);
    expect(start["head.bias"]).toEqual(taken["head.bias"]);
    expect(seen.given[0]["head.weight"]).toEqual(taken["head.weight"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
