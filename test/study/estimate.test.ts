import { afterEach, expect, test, vi } from "vitest";
import { estimateRows, secondsUntilFinished } from "../../lib/study/estimate";
import { parseStudyConfig } from "../../lib/study/study-config";
import type { TrainingState } from "../../lib/train/state";

const clock = vi.hoisted(() => ({ now: 0 }));

/** A training of two steps an epoch, 0.1 s each, and a validation of 5 s, by a clock of its own. */
vi.mock("../../lib/train/train", async () => {
  const { StoppedTraining } = await import("../../lib/train/result");
  const train = async (_config: unknown, _seed: number, _data: unknown, { onStep, onEpoch, signal }: Callbacks) => {
    for (;;) {
      for (let step = 1; step <= 2; step++) {
        if (signal.aborted) throw new StoppedTraining("It is enough.", undefined, {} as TrainingState);
        clock.now += 100;
        onStep();
      }
      clock.now += 5000;
      onEpoch();
    }
  };
  return { train };
});
interface Callbacks {
  readonly onStep: () => void;
  readonly onEpoch: () => void;
  readonly signal: AbortSignal;
}
afterEach(() => vi.restoreAllMocks());

const rows = [
  { component: "float", scale: "float", binarize: {} },
  { component: "mlp", scale: "channel", binarize: { mlp: "channel" as const } },
  { component: "mlp", scale: "started", binarize: { mlp: "channel" as const }, from: "float" },
];
const study = parseStudyConfig({ name: "tiny", extends: "digits", training: { epochs: 4, batchSize: 100 }, rows });

test("what lies between epochs is no part of a step", async () => {
  vi.spyOn(performance, "now").mockImplementation(() => clock.now);
  const [float] = await estimateRows(study.rows.slice(0, 1));
  // 4 epochs of 13 steps; 4 × 180 and 360 images of 100 a batch, at a third of a step
  expect(float!.seconds).toBeCloseTo(0.1 * (4 * 13 + (4 * 1.8 + 3.6) / 3), 9);
});

test.each([
  [1, 2, 15, "no run is split, and one waits for what it starts from"],
  [1, 1, 19, "one after the other"],
  [8, 4, 38, "all of them, shared out"],
])("%i seeds with %i side by side take %i s: %s", (seeds, jobs, expected) => {
  const estimates = [10, 4, 5].map((seconds, i) => ({ row: study.rows[i]!, seconds }));
  expect(secondsUntilFinished(estimates, seeds, jobs)).toBe(expected);
  expect(secondsUntilFinished(estimates.slice(0, 1), 1, jobs)).toBe(10);
});
