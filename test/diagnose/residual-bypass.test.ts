import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { Random } from "../../lib/base/random";
import { residualBypass } from "../../lib/diagnose/residual-bypass";
import { splitLogits } from "../../lib/diagnose/split-logits";
import { layerNorm } from "../../lib/ops/layer-norm";
import { linear } from "../../lib/ops/linear";
import { patchify } from "../../lib/ops/patchify";
import { evaluate } from "../../lib/train/evaluate";
import { branches, type ModelConfig } from "../../lib/vit/config";
import { forward, forwardWithIntermediates } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";
import { smallModel } from "../vit/small-model";

beforeAll(async () => {
  await useBackend("wasm");
});

const random = new Random(7);
const pixels = Float32Array.from({ length: 5 * 4 * 4 * 2 }, () => random.normal());
const images = () => tf.tensor(pixels, [5, 4, 4, 2]);

/** Parameters of which none is 0, so that whatever is added shows. */
function scattered(config: ModelConfig): ParameterArrays {
  const parameters = initialParameters(config, 3);
  for (const { data } of Object.values(parameters))
    for (let i = 0; i < data.length; i++) data[i] += 0.1 * random.uniform();
  return parameters;
}

/** [class; patches · E] + position, norm, head: all that is left of a model without branches. */
function withoutBranches(config: ModelConfig, arrays: ParameterArrays): Float32Array {
  return readFloats(
    tf.tidy(() => {
      const p = toTensors(arrays);
      const kernel = tf.reshape(p["patch.kernel"], [-1, config.embedDim]);
      const patches = linear(patchify(images(), config.patchSize), kernel, p["patch.bias"]);
      const first = tf.tile(p.classToken, [5, 1, 1]);
      const x = tf.add(tf.concat([first, patches], 1), p.positionEmbedding);
      const pooled = tf.reshape(tf.slice(x, [0, 0, 0], [5, 1, config.embedDim]), [5, config.embedDim]);
      return linear(
        layerNorm(pooled, p["norm.gamma"], p["norm.beta"], config.normEpsilon),
        p["head.weight"],
        p["head.bias"],
      );
    }),
  );
}

const logitsOf = (config: ModelConfig, arrays: ParameterArrays, without: readonly string[]): Float32Array =>
  readFloats(tf.tidy(() => forward(config, toTensors(arrays), images(), { without })));

/** What enters the first block, and what leaves each. */
function tokens(config: ModelConfig, arrays: ParameterArrays, without: readonly string[]): Float32Array[] {
  const { embedded, blocks } = forwardWithIntermediates(config, toTensors(arrays), images(), { without });
  return [embedded, ...blocks].map(readFloats);
}

describe.each([
  ["float", {}],
  ["unscaled", { mlp: "unscaled", mhsa: "unscaled" }],
  ["channel", { mlp: "channel", mhsa: "channel" }],
  ["react-net", { mlp: "react-net", mhsa: "react-net" }],
] as const)("of a %s model", (_, binarize) => {
  const config = smallModel({ binarize });
  const parameters = scattered(config);

  test("nothing but embedding, norm and head is left without any branch", () => {
    expect(logitsOf(config, parameters, branches(config))).toEqual(withoutBranches(config, parameters));
  });

  test.each(branches(config))("%s adds exactly 0 where it is left out, and something where it is not", (branch) => {
    const x = tokens(
      config,
      parameters,
      branches(config).filter((one) => one !== branch),
    );
    for (let i = 0; i < config.depth; i++) {
      if (branch.startsWith(`blocks.${i}.`)) expect(x[i + 1]).not.toEqual(x[i]);
      else expect(x[i + 1]).toEqual(x[i]);
    }
  });
});

// Of other methods signs are left where a weight is 0: sign(0) = +1.
test.each(["off", "channel"] as const)("%s: as a model whose last layer of the branch is 0", (method) => {
  const config = smallModel({ binarize: { mlp: method, mhsa: method } });
  const parameters = scattered(config);
  for (const [branch, last] of [
    ["blocks.0.attention", "out"],
    ["blocks.0.mlp", "mlp.fc2"],
    ["blocks.1.mlp", "mlp.fc2"],
  ]) {
    const layer = last === "out" ? `${branch}.out` : branch.replace("mlp", last);
    const zeroed = Object.fromEntries(
      Object.entries(parameters).map(([key, { shape, data }]) => [
        key,
        { shape, data: key.startsWith(`${layer}.`) ? new Float32Array(data.length) : data },
      ]),
    );
    expect(logitsOf(config, parameters, [branch])).toEqual(logitsOf(config, zeroed, []));
  }
});

test("a branch that there is none of is refused by name", () => {
  const config = smallModel();
  expect(() => logitsOf(config, initialParameters(config, 1), ["blocks.2.mlp"])).toThrow(
    'no branch "blocks.2.mlp" to leave out. Its branches: blocks.0.attention, blocks.0.mlp, blocks.1.attention',
  );
});

test("what is lost is the difference of the accuracies, counted on the logits", async () => {
  const [data, { model }] = [await smallDigits(), smallRun({ model: { depth: 2 } })];
  const parameters = toTensors(initialParameters(model, 1));
  const { whole, branches: found } = residualBypass(model, parameters, data, data.test);
  expect(found.map(({ branch }) => branch)).toEqual(branches(model));
  const { accuracy, loss } = evaluate(model, parameters, data, data.test);
  expect(whole).toEqual({ accuracy, loss, count: 50 });
  for (const { branch, ...one } of found) {
    const alone = evaluate(model, parameters, data, data.test, 50, { without: [branch] });
    expect(one.accuracy).toBe(alone.accuracy);
    expect(one.lost).toBe(accuracy - alone.accuracy);
    expect(one.loss).not.toBe(loss);
  }
  const logits = splitLogits(model, parameters, data, data.test);
  const right = Array.from(data.test.labels).filter((label, i) => {
    const row = Array.from(logits.subarray(10 * i, 10 * i + 10));
    return row.indexOf(Math.max(...row)) === label;
  });
  expect(right.length / 50).toBe(accuracy);
});
