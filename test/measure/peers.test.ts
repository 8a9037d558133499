import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasKernels } from "../../lib/backend/kernels";
import { useBackend } from "../../lib/backend/select";
import { type KernelSwitch, kernelSwitch } from "../../lib/measure/kernel-switch";
import { benchModel, noiseBatch } from "../../lib/measure/models";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { type PyTorch, startPyTorch } from "../../lib/measure/pytorch";
import { stockForward } from "../../lib/measure/stock-model";
import { lossAndGradients } from "../../lib/train/gradients";
import { initialParameters } from "../../lib/vit/parameters";

describe("onnxruntime", () => {
  test("that is not installed is reported, with what to do", () => {
    const runtime = onnxRuntime(() => {
      throw new Error("Cannot find module 'onnxruntime-node'\nRequire stack:\n- here");
    });
    expect(runtime).toEqual({
      missing:
        "onnxruntime-node does not load (Cannot find module 'onnxruntime-node'). " +
        "It is an optional dependency: run `npm ci` again.",
    });
  });
});

describe("PyTorch", () => {
  /** A process that speaks as the script does. */
  const speaking = (code: string) => [process.execPath, "-e", code];
  const request = { model: benchModel("digits").float.model, bits: "float", batch: 1, task: "training" } as const;

  test("without Python, without torch, or in a script that says nothing, is reported", async () => {
    expect(await startPyTorch(["no-such-python"])).toEqual({ missing: expect.stringMatching(/ENOENT.*pip install/) });
    const without = speaking(`console.log(JSON.stringify({ missing: "No module named 'torch'" }))`);
    expect(await startPyTorch(without)).toEqual({ missing: expect.stringMatching(/No module named 'torch'.*pip/) });
    expect(await startPyTorch(speaking(""))).toEqual({ missing: expect.stringMatching(/ended without an answer/) });
  });

  test("answers one request after the other, each with its own seconds", async () => {
    const echo = `console.log('{"torch":"9.9"}');
      require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
        const { repeats, batch, bits, task, model } = JSON.parse(line);
        if (bits === "w1a1") console.log('{"error":"out of memory"}');
        else console.log(JSON.stringify({ seconds: repeats * batch * (task === "training" && model.embedDim) }));
      })`;
    const pyTorch = (await startPyTorch(speaking(echo))) as PyTorch;
    expect(pyTorch.version).toBe("9.9");
    expect(await pyTorch.time(request, 3)).toBe(3 * 64);
    expect(await pyTorch.time({ ...request, batch: 5 }, 1)).toBe(5 * 64);
    await expect(pyTorch.time({ ...request, bits: "w1a1" }, 1)).rejects.toThrow(/training, batch 1: out of memory/);
    pyTorch.close();
  });

  test("that ends in between is an error, not a hang", async () => {
    const pyTorch = (await startPyTorch(
      speaking(`console.log('{"torch":"9.9"}'); process.stdin.once("data", () => process.exit(1))`),
    )) as PyTorch;
    await expect(pyTorch.time(request, 1)).rejects.toThrow(/ended without an answer/);
  });
});

describe("plain TensorFlow.js", () => {
  let switchKernels: KernelSwitch;
  beforeAll(async () => {
    switchKernels = await kernelSwitch();
  });
  afterAll(() => switchKernels(true));

  test("the switch takes our kernels away and puts them back", async () => {
    const ours = new Set(tf.getKernelsForBackend("wasm"));
    expect(hasKernels()).toBe(true);
    switchKernels(false);
    expect(hasKernels()).toBe(false);
    expect(tf.getKernelsForBackend("wasm").some(({ kernelName }) => kernelName.startsWith("Binvit"))).toBe(false);
    switchKernels(true);
    expect(new Set(tf.getKernelsForBackend("wasm"))).toEqual(ours);
    await useBackend("wasm", { kernels: false }); // and leaves `useBackend` as it was
    expect(hasKernels()).toBe(false);
    await useBackend("wasm");
    expect(hasKernels()).toBe(true);
  });

  test("its model has our logits, loss and gradients within 1e-4", () => {
    const { float } = benchModel("digits", { embedDim: 12, depth: 2, numHeads: 3, mlpDim: 7 });
    const batch = noiseBatch(float, 3);
    const parameters = initialParameters(float.model, 2);
    const ours = lossAndGradients(float, parameters, batch);
    switchKernels(false);
    const stock = lossAndGradients(float, parameters, batch, { model: stockForward });
    switchKernels(true);
    const worst = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - b[i])));
    expect(worst(ours.logits, stock.logits)).toBeLessThan(1e-4);
    expect(Math.abs(ours.loss - stock.loss)).toBeLessThan(1e-4);
    for (const [name, gradient] of Object.entries(ours.gradients)) {
      expect(worst(gradient, stock.gradients[name]), name).toBeLessThan(1e-4);
    }
  });
});
