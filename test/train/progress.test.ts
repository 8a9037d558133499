import { beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import type { TrainingState } from "../../lib/train/state";
import { train } from "../../lib/train/train";
import type * as model from "../../lib/vit/model";
import { smallDigits, smallRun } from "./small-run";

const seen = vi.hoisted(() => ({ progress: [] as (number | undefined)[] }));
// The model itself, watched: what it was told, once for each pass over a batch.
vi.mock("../../lib/vit/model", async (importOriginal) => {
  const original = await importOriginal<typeof model>();
  const forward: typeof original.forward = (config, parameters, images, options) => {
    seen.progress.push(options?.progress);
    return original.forward(config, parameters, images, options);
  };
  return { ...original, forward };
});
beforeAll(async () => {
  await useBackend("wasm");
});

test("a pass knows how far the training is: steps from 0, each validation at its epoch's end, the test at 1", async () => {
  const config = smallRun({ training: { epochs: 2, batchSize: 32 } });
  await train(config, 1, await smallDigits());
  expect(seen.progress).toEqual([0, 0.25, 0.5, 0.5, 0.75, 1, 1]); // two steps and a validation an epoch, then the test
});

test("what is resumed goes on at the progress where it stopped", async () => {
  const config = smallRun({ training: { epochs: 2, batchSize: 32 } });
  const digits = await smallDigits();
  const saved: TrainingState[] = [];
  await train(config, 1, digits, { onEpoch: (_, state) => saved.push(state()) });
  seen.progress.length = 0;
  await train(config, 1, digits, { resume: saved[0] });
  expect(seen.progress).toEqual([0.5, 0.75, 1, 1]);
});
