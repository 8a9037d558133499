import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { Random } from "../../lib/base/random";
import { freeze } from "../../lib/deploy/freeze";
import { packedConfig } from "../../lib/deploy/left";
import type { PackedLayer, PackedLinear } from "../../lib/deploy/packed-config";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { attentionNodes } from "../../lib/onnx/attention";
import { OnnxGraph } from "../../lib/onnx/graph";
import { linearNodes } from "../../lib/onnx/layers";
import { geluNode } from "../../lib/onnx/operators";
import { type ModelConfig, numTokens } from "../../lib/vit/config";
import { initialParameters } from "../../lib/vit/parameters";
import { parseModelConfig } from "../../lib/vit/parse-config";

const runtime = onnxRuntime(require);
const reason = "missing" in runtime ? ` (skipped: ${runtime.missing})` : "";

/** Runs a graph that `build` writes from its input x [rows, width] to its result. */
async function run(
  operatorSet: number,
  x: Float32Array,
  width: number,
  outputs: number,
  build: (graph: OnnxGraph, x: string) => string,
): Promise<Float32Array> {
  if ("missing" in runtime) throw new Error(runtime.missing);
  const graph = new OnnxGraph(operatorSet);
  graph.node("Identity", [build(graph, graph.input("x", ["rows", width]))], {}, "y");
  graph.output("y", ["rows", outputs]);
  const session = await runtime.open(
    graph.encode("part"),
    { name: "x", shape: [x.length / width, width], data: x },
    "y",
  );
  const values = (await session.run()).slice();
  await session.release();
  return values;
}

const signsAlone: PackedLayer = { inputs: "signs", alpha: "none", threshold: "none", factor: "none" };

const layer = (inputs: number, outputs: number, form: PackedLayer): PackedLinear => ({
  ...{ name: "layer", part: "fc2", weight: "weight", bias: "bias", tokens: 1, readsHidden: true },
  ...{ inputs, outputs, form },
});

const parametersOf = (weight: Float32Array, inputs: number, outputs: number) => ({
  "weight.signs": { shape: [inputs, outputs], data: weight.map((value) => (value < 0 ? -1 : 1)) },
  bias: { shape: [outputs], data: new Float32Array(outputs) },
});

const writerOf = (graph: OnnxGraph, config: ModelConfig) => ({
  graph,
  parameters: freeze(config, initialParameters(config, 1)).arrays,
});

const signOf = (value: number) => (value < 0 ? -1 : 1);

beforeAll(async () => {
  await useBackend("wasm");
});

describe.skipIf(reason !== "")(`signs in ONNX${reason}`, () => {
  test.each([17, 20, 23])(
    "what follows GELU has the sign of what preceded it, operator set %i",
    async (operatorSet) => {
      const edges = [0, -0, -1e-45, 1e-45, -1e-30, -5.5, -5.6, -10.95, -10.96, -13.2, -14, -40, 40, -1e6, 1e6];
      const x = Float32Array.from([...edges, ...Array.from({ length: 81 }, (_, i) => i - 40)]);
      // One row for each value, so that every one shows.
      const y = await run(operatorSet, x, 1, 1, (graph, hidden) => {
        const writer = { graph, parameters: parametersOf(Float32Array.of(1), 1, 1) };
        return linearNodes(writer, layer(1, 1, signsAlone), geluNode(graph, hidden), hidden);
      });
      expect([...y]).toEqual([...x].map(signOf));
    },
  );

  test("a token scale after GELU is still the mean of its values", async () => {
    const x = Float32Array.of(-1, 2, -20, 0.5);
    const binarizer: PackedLayer = { ...signsAlone, factor: "token" };
    const [y] = await run(17, x, 4, 1, (graph, hidden) => {
      const writer = { graph, parameters: parametersOf(Float32Array.of(1, 1, -1, -1), 4, 1) };
      return linearNodes(writer, layer(4, 1, binarizer), geluNode(graph, hidden), hidden);
    });
    const gelu = [-0.15865525, 1.95449974, 0, 0.34573123];
    expect(y).toBeCloseTo((-1 + 1 + 1 - 1) * gelu.reduce((sum, value) => sum + Math.abs(value), 0), 6);
    const [z] = await run(17, x, 4, 1, (graph, hidden) => {
      const writer = { graph, parameters: parametersOf(Float32Array.of(1, 1, -1, 1), 4, 1) };
      return linearNodes(writer, layer(4, 1, binarizer), geluNode(graph, hidden), hidden);
    });
    expect(z).toBeCloseTo((2 * gelu.reduce((sum, value) => sum + Math.abs(value), 0)) / 4, 6);
  });

  test.each([1, 3, 7, 31, 33, 49, 65, 127, 129, 1000])("a constant column of %i centred weights is +1", (inputs) => {
    const values = [0.1, -0.1, 1 / 3, -7.7, 1e-30, 12345.678];
    const config = parseModelConfig({
      ...{ imageSize: 1, patchSize: 1, channels: 1, embedDim: inputs, depth: 1, numHeads: 1, mlpDim: values.length },
      ...{ numClasses: 2, binarize: { fc1: { center: true } } },
    });
    const name = "blocks.0.mlp.fc1.weight";
    const fresh = initialParameters(config, 1);
    const data = Float32Array.from({ length: inputs * values.length }, (_, i) => values[i % values.length]);
    const { arrays } = freeze(config, { ...fresh, [name]: { ...fresh[name], data } });
    expect(arrays[`${name}.signs`].data.every((sign) => sign === 1)).toBe(true);
  });

  // Values of ±1 sum to whole numbers then, and a sum that is 0 has to be 0: its sign is +1.
  test.each(["unscaled", "channel"] as const)("equal scores keep every token, %s scores", async (scores) => {
    for (const pooling of ["mean", "class-token"] as const) {
      for (let imageSize = 1; imageSize <= 8; imageSize++) {
        const config = parseModelConfig({
          ...{ imageSize, patchSize: 1, channels: 1, embedDim: 4, depth: 1, numHeads: 2, mlpDim: 4, numClasses: 2 },
          ...{ pooling, binarize: { scores, values: "unscaled" } },
        });
        const tokens = numTokens(config);
        const random = new Random(tokens);
        const qkv = Float32Array.from({ length: tokens * 12 }, (_, i) => (i % 12 < 8 ? 0.3 : random.normal()));
        const context = await run(17, qkv, 12, 4, (graph, x) =>
          attentionNodes(writerOf(graph, config), packedConfig(config), "blocks.0.attention", x),
        );
        const sums = [0, 1, 2, 3].map((d) =>
          Array.from({ length: tokens }, (_, t) => signOf(qkv[12 * t + 8 + d])).reduce((a, b) => a + b, 0),
        );
        for (const [i, value] of context.entries()) {
          expect(value).toBeCloseTo(sums[i % 4] / tokens, 6);
          expect(signOf(value)).toBe(signOf(sums[i % 4]));
        }
      }
    }
  });

  test.each([17, 23])(
    "values that cancel under equal scores leave 0 for the projection, operator set %i",
    async (set) => {
      const config = parseModelConfig({
        ...{ imageSize: 8, patchSize: 1, channels: 1, embedDim: 4, depth: 1, numHeads: 2, mlpDim: 4, numClasses: 2 },
        ...{ binarize: { projection: "unscaled" } },
      });
      const random = new Random(1);
      for (let turn = 0; turn < 5; turn++) {
        const qkv = new Float32Array(65 * 12);
        const sums = new Int32Array(4);
        for (let t = 0; t < 65; t++) {
          for (let d = 0; d < 4; d++) {
            const value = t < 64 ? random.integer(65) - 32 : -sums[d];
            sums[d] += value;
            qkv[12 * t + 8 + d] = value;
          }
        }
        const context = await run(set, qkv, 12, 4, (graph, x) =>
          attentionNodes(writerOf(graph, config), packedConfig(config), "blocks.0.attention", x),
        );
        expect(context.every((value) => value === 0)).toBe(true);
      }
    },
  );
});
