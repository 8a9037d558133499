import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { TrainingError } from "../../lib/base/errors";
import { train } from "../../lib/train/train";
import { smallDigits, smallRun } from "./small-run";

const fault = vi.hoisted(() => ({ step: 0, gradient: 0 }));
// A loss that stays finite while its gradient does not, from the third step on.
vi.mock("../../lib/ops/cross-entropy", () => ({
  crossEntropy: (logits: tf.Tensor) =>
    tf.customGrad((z) => ({
      value: tf.scalar(2),
      gradFunc: () => tf.fill((z as tf.Tensor).shape, ++fault.step < 3 ? 1e-3 : fault.gradient),
    }))(logits),
}));
beforeAll(async () => {
  await useBackend("wasm");
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 3e38])(
  "a gradient of %f stops the run with the step",
  async (value) => {
    Object.assign(fault, { step: 0, gradient: value });
    const stopped = train(smallRun(), 1, await smallDigits());
    await expect(stopped).rejects.toThrow(TrainingError);
    await expect(stopped).rejects.toThrow(/^The gradient became infinite at step 3 \(epoch 1\)\. Lower training/);
  },
);
