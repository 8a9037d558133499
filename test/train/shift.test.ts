import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { comparePacked } from "../../lib/deploy/parity";
import { runIdentity } from "../../lib/train/identity";
import { train } from "../../lib/train/train";
import { initialParameters } from "../../lib/vit/parameters";
import { anyImages, pack, simulate } from "../deploy/simulation";
import { smallDigits, smallRun } from "./small-run";

const withShift = (shift: readonly number[], pooling = "class-token") =>
  smallRun({ model: { depth: 2, pooling, shift, binarize: { mlp: "bhvit" } }, training: { learningRate: 0.02 } });

beforeAll(async () => {
  await useBackend("wasm");
});

describe.each(["class-token", "mean"])("tokens shifted beside a binarized MLP, pooling %s,", (pooling) => {
  test("are trained, and packed they give the simulation's numbers", async () => {
    const [config, digits] = [withShift([1, 2], pooling), await smallDigits()];
    const { parameters, curve } = await train(config, 1, digits);
    expect(curve[2].trainLoss).toBeLessThan(curve[0].trainLoss);
    for (const block of [0, 1]) {
      for (const distance of [1, 2]) {
        for (const own of ["scale", "offset"]) {
          const { shape, data } = parameters[`blocks.${block}.mlp.shift.${distance}.${own}`];
          expect(shape).toEqual([3, 8]);
          for (const way of [0, 1, 2])
            expect(data.slice(8 * way, 8 * way + 8).every((value) => value !== 0)).toBe(true);
        }
      }
    }
    await useBackend("wasm", { oneBit: false });
    const parity = comparePacked(pack(config.model, parameters), config.model, parameters, digits, { maxBatch: 5 });
    await useBackend("wasm");
    expect(parity).toMatchObject({ images: 50, differentClasses: 0, largestDifference: 0 });
    expect(parity.accumulators.filter(({ different }) => different > 0)).toEqual([]);
  });
});

test("fresh, they add nothing", () => {
  const [plain, shifted] = [[], [1, 2]].map((shift) => {
    const { model } = withShift(shift);
    return simulate(model, initialParameters(model, 1), anyImages(model, 3));
  });
  expect(shifted).toEqual(plain);
});

test("a shift is a part of what makes a run, and none is none", () => {
  const identity = (shift: readonly number[]) => runIdentity(withShift(shift), 1, "wasm+kernels");
  const { shift: _, ...model } = withShift([]).model;
  const without = { ...withShift([]), model: model as ReturnType<typeof smallRun>["model"] };
  expect(identity([])).toBe(runIdentity(without, 1, "wasm+kernels")); // as a record from before it has it
  expect(new Set([identity([]), identity([1]), identity([2]), identity([1, 2])]).size).toBe(4);
});
