import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { createEngine } from "../../lib/deploy/engine";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { onnxModel } from "../../lib/onnx/model";
import { noisyParameters, packable, refused, shifted } from "../deploy/method-cases";
import { anyImages, pack } from "../deploy/simulation";
import { smallModel } from "../vit/small-model";

const runtime = onnxRuntime(require);
const reason = "missing" in runtime ? ` (skipped: ${runtime.missing})` : "";
const count = 3;

beforeAll(async () => {
  await useBackend("wasm");
});

describe.skipIf(reason !== "")(`ONNX in onnxruntime${reason}`, () => {
  // Either pooling and either operator set, in all pairs over the methods: nothing depends on both.
  const cases = [...packable, ...shifted].map(([name, changes], i) => ({
    name,
    changes,
    sets: i % 2 ? [17, 23] : [23, 17],
  }));
  test.each(cases)("has the engine's logits, $name", async ({ changes, sets }) => {
    if ("missing" in runtime) throw new Error(runtime.missing);
    for (const [seed, pooling] of (["class-token", "mean"] as const).entries()) {
      const config = smallModel({ imageSize: 6, embedDim: 36, numHeads: 3, mlpDim: 70, ...changes, pooling });
      const parameters = noisyParameters(config, seed);
      const images = anyImages(config, count);
      const expected = createEngine(pack(config, parameters)).forward(images, count);
      const input = { name: "images", shape: [count, config.imageSize, config.imageSize, 2], data: images };
      const model = onnxModel(config, parameters, { operatorSet: sets[seed] });
      const session = await runtime.open(model, input, "logits");
      const logits = (await session.run()).slice();
      await session.release();
      expect(logits.length).toBe(expected.length);
      expect(Math.max(...expected.map((value, i) => Math.abs(value - logits[i])))).toBeLessThan(1e-4);
    }
  });
});

test.each(refused)("%s is not exported, and it says why", (_, changes, why) => {
  const config = smallModel(changes);
  expect(() => onnxModel(config, noisyParameters(config, 1))).toThrow(`This model cannot be exported: ${why}.`);
});
