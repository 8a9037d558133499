import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasKernels } from "../../lib/backend/kernels";
import { useBackend } from "../../lib/backend/select";
import { inferencePeers } from "../../lib/measure/inference-peers";
import { quantize } from "../../lib/measure/int8";
import { startJaxJs } from "../../lib/measure/jax-js";
import { type KernelSwitch, kernelSwitch } from "../../lib/measure/kernel-switch";
import { benchModel, noiseBatch } from "../../lib/measure/models";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { peerPython } from "../../lib/measure/peer-places";
import { peerEnvironment, startPeer } from "../../lib/measure/peer-process";
import { type PyTorch, type PyTorchRequest, pyTorchTimers, startPyTorch } from "../../lib/measure/pytorch";
import { stockForward } from "../../lib/measure/stock-model";
import { startTfjsNode } from "../../lib/measure/tfjs-node";
import { workingTimers } from "../../lib/measure/working-timers";
import { lossAndGradients } from "../../lib/train/gradients";
import { initialParameters } from "../../lib/vit/parameters";

/** A process that speaks as a peer's script does. */
const speaking = (code: string) => [process.execPath, "-e", code];

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
  const request = { model: benchModel("digits").float.model, bits: "float", batch: 1, task: "training" } as const;

  test("without Python, without torch, or in a script that says nothing, is reported", async () => {
    expect(await startPyTorch(["no-such-python"])).toEqual({ missing: expect.stringMatching(/ENOENT.*setup\.cjs/) });
    const without = speaking(`console.log(JSON.stringify({ missing: "No module named 'torch'" }))`);
    expect(await startPyTorch(without)).toEqual({
      missing: expect.stringMatching(/No module named 'torch'.*setup\.cjs/),
    });
    expect(await startPyTorch(speaking(""))).toEqual({ missing: expect.stringMatching(/ended without an answer/) });
  });

  test("answers one request after the other, each with its own seconds", async () => {
    const echo = `console.log('{"version":"9.9"}');
      require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
        const { repeats, batch, bits, task, model } = JSON.parse(line);
        if (bits === "w1a1") console.log('{"error":"out of memory"}');
        else console.log(JSON.stringify({ seconds: repeats * batch * (task === "training" && model.embedDim) }));
      })`;
    const pyTorch = (await startPyTorch(speaking(echo))) as PyTorch;
    expect(pyTorch.version).toBe("9.9");
    expect(await pyTorch.time(request, 3)).toBe(3 * 64);
    expect(await pyTorch.time({ ...request, batch: 5 }, 1)).toBe(5 * 64);
    await expect(pyTorch.time({ ...request, bits: "w1a1" }, 1)).rejects.toThrow(
      /PyTorch failed on bits w1a1, batch 1, task training: out of memory/,
    );
    pyTorch.close();
  });

  test("that ends in between is an error, not a hang", async () => {
    const pyTorch = (await startPyTorch(
      speaking(`console.log('{"version":"9.9"}'); process.stdin.once("data", () => process.exit(1))`),
    )) as PyTorch;
    await expect(pyTorch.time(request, 1)).rejects.toThrow(/ended without an answer/);
  });
});

describe("torch.compile", () => {
  const asked: PyTorchRequest[] = [];
  const pyTorch: PyTorch = {
    version: "9",
    async time(request) {
      asked.push(request);
      return 1;
    },
    close() {},
  };
  const request = { model: benchModel("digits").float.model, bits: "float", batch: 1, task: "training" } as const;

  test("is a second timer beside PyTorch as it comes", async () => {
    const timers = pyTorchTimers(pyTorch, "torch", request, true);
    expect(Object.keys(timers)).toEqual(["torch", "torch compiled"]);
    for (const timer of Object.values(timers)) await timer(1);
    expect(asked).toEqual([request, { ...request, compiled: true }]);
  });

  test("that is not asked for, or cannot work, is left out", () => {
    expect(Object.keys(pyTorchTimers(pyTorch, "torch", request, false))).toEqual(["torch"]);
    const without = { ...pyTorch, notCompiling: "there is no C++ compiler" };
    expect(Object.keys(pyTorchTimers(without, "torch", request, true))).toEqual(["torch"]);
    expect(pyTorchTimers(undefined, "torch", request, true)).toEqual({});
  });

  test("says why it cannot work when PyTorch starts", async () => {
    const ready = `console.log('{"version":"2","notCompiling":"no compiler"}')`;
    expect(await startPyTorch(speaking(ready))).toMatchObject({ version: "2", notCompiling: "no compiler" });
  });
});

test("a peer that fails at its first run is left out, and says why", async () => {
  const said: string[] = [];
  const [works, fails] = [async () => 1, () => Promise.reject(new Error("no such operation"))];
  const timers = await workingTimers({ works, fails }, (reason) => said.push(reason));
  expect(Object.keys(timers)).toEqual(["works"]);
  expect(said).toEqual(["no such operation"]);
});

describe("the peers' environment", () => {
  test("is the one that setup.cjs makes, else Python from the path", () => {
    const folder = mkdtempSync(join(tmpdir(), "venv-"));
    expect(peerPython(folder)).toBe("python3");
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "python"), "");
    expect(peerPython(folder)).toBe(join(folder, "bin", "python"));
  });

  test("has one thread and nothing that holds libraries to older instructions", () => {
    const env = peerEnvironment({ PATH: "/bin", OPENBLAS_CORETYPE: "Haswell", ATEN_CPU_CAPABILITY: "default" });
    expect(env).toEqual({ PATH: "/bin", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" });
  });

  test("reaches the process, with what the peer asks for", async () => {
    const code = `const { OMP_NUM_THREADS, EXTRA } = process.env;
      console.log(JSON.stringify({ version: OMP_NUM_THREADS + " " + EXTRA }))`;
    const peer = await startPeer({ name: "peer", command: speaking(code), remedy: "", env: { EXTRA: "x" } });
    expect(peer).toMatchObject({ version: "1 x" });
  });
});

describe("int8", () => {
  /** A program that does as the quantizer does; the folder is its last argument. */
  const quantizer = (code: string) => [
    process.execPath,
    "-e",
    `const fs = require("fs"); const at = (name) => process.argv[1] + "/" + name; ${code}`,
  ];
  const copy = (way: string) => `fs.copyFileSync(at("model.onnx"), at("${way}.onnx"));`;
  const says = (line: object) => `console.log(${JSON.stringify(JSON.stringify(line))});`;
  const [model, images] = [Uint8Array.of(1, 2, 3), Float32Array.of(0.5, -1)];

  test("models come back by the way they were made; a way that failed is left out", async () => {
    const both = quantizer(`${copy("dynamic")}${copy("static")}${says({ version: "1.2", failed: {} })}`);
    expect(await quantize(model, images, both)).toEqual({ version: "1.2", models: { dynamic: model, static: model } });
    const one = quantizer(`${copy("dynamic")}${copy("static")}${says({ version: "1.2", failed: { static: "no" } })}`);
    expect(await quantize(model, images, one)).toEqual({ version: "1.2", models: { dynamic: model } });
  });

  test("the images are handed on as they are", async () => {
    const echo = quantizer(`fs.copyFileSync(at("images.f32"), at("static.onnx"));${says({ version: "1" })}`);
    const { models } = (await quantize(model, images.subarray(1), echo)) as { models: Record<string, Uint8Array> };
    expect([...new Float32Array(Uint8Array.from(models.static).buffer)]).toEqual([-1]);
  });

  test.each([
    ["no Python", ["no-such-python"], /ENOENT.*setup\.cjs/],
    ["no package", quantizer(says({ missing: "No module named 'onnx'" })), /No module named 'onnx'.*setup\.cjs/],
    ["every way failed", quantizer(says({ version: "1", failed: { dynamic: "a", static: "b" } })), /a; b/],
    ["it says nothing", quantizer(""), /int8 is not there/],
  ])("that is not to be had is reported: %s", async (_, command, message) => {
    expect(await quantize(model, images, command)).toEqual({ missing: expect.stringMatching(message) });
  });
});

describe("inference elsewhere", () => {
  test("shows float, and the faster of the two ways to int8, under its name", async () => {
    const opened: number[] = [];
    let released = 0;
    const onnx = async (bytes: Uint8Array) => {
      opened.push(bytes.length);
      return { run: async () => new Float32Array(1), release: async () => void released++ };
    };
    const model = benchModel("digits");
    const versions: Record<string, string> = {};
    const int8 = async () => ({ version: "7", models: { dynamic: new Uint8Array(1), static: new Uint8Array(2) } });
    const noteVersion = (peer: string, version: string) => {
      versions[peer] = version;
    };
    const peers = await inferencePeers({ onnx, noteVersion }, model, noiseBatch(model.float, 1), { quantizer: int8 });
    expect(opened.slice(1)).toEqual([1, 2]);
    expect(versions).toEqual({ "onnxruntime int8, quantized by": "7" });
    expect(Object.keys(peers.timers)).toEqual(["onnxruntime", "onnxruntime-int8-dynamic", "onnxruntime-int8-static"]);
    const seconds = { onnxruntime: [1], "onnxruntime-int8-dynamic": [3], "onnxruntime-int8-static": [2] };
    expect(peers.rows(seconds)).toEqual({
      onnxruntime: "onnxruntime",
      "onnxruntime-int8-static": "onnxruntime-int8-static",
    });
    await peers.release();
    expect(released).toBe(3);
  });
});

describe("tfjs-node", () => {
  test("takes part in its own process where it is installed, and is named where it is not", async () => {
    const peer = await startTfjsNode();
    if ("missing" in peer) {
      expect(peer.missing).toMatch(/^tfjs-node is not there \(The tensorflow backend is not there/);
      return;
    }
    const { float } = benchModel("digits", { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 12 });
    for (const task of ["training", "inference"] as const) {
      expect(await peer.time({ task, config: float, operations: "stock", batch: 2 }, 1)).toBeGreaterThan(0);
    }
    peer.close();
  });
});

describe("jax-js", () => {
  test("multiplies and infers where it is installed, and is named where it is not", async () => {
    const peer = await startJaxJs();
    if ("missing" in peer) {
      expect(peer.missing).toMatch(/^jax-js is not there \(.*setup\.cjs$/);
      return;
    }
    const { model } = benchModel("digits", { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 12 }).float;
    expect(await peer.time({ task: "product", m: 3, k: 5, n: 2 }, 1)).toBeGreaterThan(0);
    expect(await peer.time({ task: "inference", model, batch: 2 }, 2)).toBeGreaterThan(0);
    peer.close();
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
