import * as tf from "@tensorflow/tfjs";
import { expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { binaryLinear } from "../../lib/binarize/linear";
import { createEngine } from "../../lib/deploy/engine";
import { predictedClasses } from "../../lib/deploy/predicted-classes";
import { layerNorm } from "../../lib/ops/layer-norm";
import { toTensors } from "../../lib/vit/parameters";
import { backends } from "../verify/backends";
import { smallModel } from "../vit/small-model";
import { anyImages, anyParameters, engineOf, pack, simulate } from "./simulation";

// Wide enough that products of signs reach far below −11, where e^(−x²/2) is nothing to a float32.
const sizes = { embedDim: 96, numHeads: 4, mlpDim: 80, depth: 2 };
const count = 40;

const cases: [string, object][] = [
  ["mlp", { mlp: "unscaled" }],
  ["mhsa", { mhsa: "unscaled" }],
  ["mlp and mhsa", { mlp: "unscaled", mhsa: "unscaled" }],
  ["everything", { conv: "unscaled", mlp: "unscaled", mhsa: "unscaled" }],
  ["a float fc2 behind large hidden units", { fc1: "unscaled" }],
  ["token scales of large hidden units", { fc1: "unscaled", fc2: "xnor" }],
];

test.each(cases)("unscaled %s: every backend and tier gives the same classes", async (_, binarize) => {
  const config = smallModel({ ...sizes, binarize });
  const parameters = anyParameters(config, 3);
  const images = anyImages(config, count);
  const classes: Record<string, number[]> = {};
  for (const { name, use } of backends) {
    await use();
    classes[name] = [...predictedClasses(simulate(config, parameters, images), config.numClasses)];
  }
  await useBackend("wasm", { oneBit: false });
  classes["float kernels"] = [...predictedClasses(simulate(config, parameters, images), config.numClasses)];
  await useBackend("wasm");
  const packed = pack(config, parameters);
  classes.engine = [...engineOf(packed).predict(images, count)];
  classes["scalar engine"] = [...createEngine(packed, { kernels: "scalar" }).predict(images, count)];
  for (const [name, found] of Object.entries(classes)) expect(found, name).toEqual(classes.cpu);
  expect(new Set(classes.cpu).size).toBeGreaterThan(1);
});

test("the hidden units of such a model do reach that far", async () => {
  await useBackend("wasm");
  const config = smallModel({ ...sizes, binarize: { mlp: "unscaled" } });
  const share = tf.tidy(() => {
    const p = toTensors(anyParameters(config, 3));
    const normalized = layerNorm(
      tf.randomNormal([1, 200, 96], 0, 1, "float32", 1),
      tf.ones([96]),
      tf.zeros([96]),
      1e-6,
    );
    const layer = { weight: p["blocks.0.mlp.fc1.weight"], bias: p["blocks.0.mlp.fc1.bias"] };
    const hidden = readFloats(binaryLinear(normalized, layer, config.binarize.fc1 as never));
    return hidden.filter((value) => value < -10.955).length / hidden.length;
  });
  expect(share).toBeGreaterThan(0.05);
});
