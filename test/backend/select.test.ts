import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, test } from "vitest";
import { hasKernels } from "../../lib/backend/kernels";
import { loadNative } from "../../lib/backend/native";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";

const isThere = loadNative(require).loaded;
const manifest = "@tensorflow/tfjs-node/package.json";

describe("loading native TensorFlow", () => {
  test("the stand-in is not taken for it", () => {
    const loaded: string[] = [];
    const result = loadNative((name) => {
      loaded.push(name);
      return { binvitStandIn: true };
    });
    expect(result).toEqual({ loaded: false, reason: "tfjs-node is not installed" });
    expect(loaded).toEqual([manifest]);
  });

  test("what Node 23 removed is there again when the package is loaded", () => {
    const util: Record<string, (value: unknown) => boolean> = {};
    const present: boolean[] = [];
    const result = loadNative((name) => {
      if (name === manifest) return {};
      if (name === "node:util") return util;
      present.push(process.env.TF_CPP_MIN_LOG_LEVEL !== undefined); // or TensorFlow greets on stderr
      present.push(util.isNullOrUndefined(undefined), util.isNullOrUndefined(null), util.isArray([]));
      present.push(!util.isNullOrUndefined(0), !util.isArray("[]"));
      return {};
    });
    expect(result).toEqual({ loaded: true });
    expect(present).toEqual(Array(6).fill(true));
  });

  test("a package that is missing is not installed, whichever of its files is asked for first", () => {
    for (const name of [manifest, "@tensorflow/tfjs-node"]) {
      const result = loadNative((asked) => {
        if (asked === name) throw new Error(`Cannot find module '${asked}'\nRequire stack: …`);
        return {};
      });
      expect(result).toEqual({ loaded: false, reason: "tfjs-node is not installed" });
    }
  });

  test("a package that does not load says why in one line", () => {
    const result = loadNative((name) => {
      if (name !== "@tensorflow/tfjs-node") return {};
      throw new Error("libtensorflow.so.2: cannot open\nRequire stack: …");
    });
    expect(result).toEqual({ loaded: false, reason: "tfjs-node does not load (libtensorflow.so.2: cannot open)" });
  });
});

describe("useBackend", () => {
  afterEach(() => {
    delete process.env.BINVIT_KERNELS;
  });

  test("auto takes the kernels, tfjs-node or not, gives a reason, and may be called again", async () => {
    const report = await useBackend();
    expect(report).toMatchObject({ backend: "wasm", kernels: true, reason: expect.stringContaining("fastest") });
    expect(report.hint).toBeUndefined();
    expect(tf.getBackend()).toBe("wasm");
    expect(hasKernels()).toBe(true);
    expect(await useBackend()).toEqual(report);
  });

  test("without SIMD, auto takes tfjs-node where it is there, else says what is missing", async () => {
    tf.env().set("WASM_HAS_SIMD_SUPPORT", false);
    try {
      const expected = isThere ? { backend: "tensorflow" } : { backend: "wasm", hint: expect.stringContaining("SIMD") };
      expect(await useBackend()).toMatchObject({ ...expected, kernels: false });
      expect(tf.getBackend()).toBe(expected.backend);
      expect(await useBackend("wasm")).toMatchObject({ backend: "wasm", kernels: false });
    } finally {
      tf.env().set("WASM_HAS_SIMD_SUPPORT", true);
    }
  });

  test("kernels can be turned off and on again", async () => {
    expect(await useBackend("wasm", { kernels: false })).toMatchObject({ backend: "wasm", kernels: false });
    expect(hasKernels()).toBe(false);
    expect(await useBackend("wasm")).toMatchObject({ backend: "wasm", kernels: true, simd: true });
    expect(hasKernels()).toBe(true);
    process.env.BINVIT_KERNELS = "off";
    expect(await useBackend("wasm")).toMatchObject({ kernels: false });
    expect(hasKernels()).toBe(false);
  });

  test("cpu has no kernels and says that it is slow", async () => {
    expect(await useBackend("cpu")).toMatchObject({ backend: "cpu", kernels: false, hint: expect.any(String) });
    expect(hasKernels()).toBe(false);
  });

  test("one that does not exist is refused", async () => {
    await expect(useBackend("wsam" as "wasm")).rejects.toThrow('There is no backend "wsam". Did you mean wasm?');
  });

  test.skipIf(isThere)("a backend that is asked for and not there is an error that says what to do", async () => {
    await expect(useBackend("tensorflow")).rejects.toThrow(ConfigError);
    await expect(useBackend("tensorflow")).rejects.toThrow(/npm install --no-save @tensorflow\/tfjs-node@4\.22\.0/);
  });

  test.runIf(isThere)("tensorflow is there for the asking, and lets go again", async () => {
    expect(await useBackend("tensorflow")).toMatchObject({ backend: "tensorflow", reason: "it was asked for" });
    expect(tf.getBackend()).toBe("tensorflow");
    expect(hasKernels()).toBe(false);
    expect(await useBackend()).toMatchObject({ backend: "wasm", kernels: true });
  });
});

test.each(["cpu", "wasm", ...(isThere ? (["tensorflow"] as const) : [])] as const)(
  "values read on %s are a copy",
  async (backend) => {
    await useBackend(backend);
    const tensor = tf.tensor1d([1, 2, 3]);
    readFloats(tensor)[0] = 9;
    expect([...readFloats(tensor)]).toEqual([1, 2, 3]);
    tensor.dispose();
  },
);

// As tfjs-node does with a tensor that nothing was computed with yet.
test("values are a copy on a backend that hands out the tensor's own", async () => {
  tf.registerBackend("tensorflow-like", tf.findBackendFactory("cpu"));
  await tf.setBackend("tensorflow-like");
  const own = Float32Array.of(1, 2, 3);
  const values = readFloats({ dataSync: () => own } as unknown as tf.Tensor);
  values[0] = 9;
  expect(own[0]).toBe(1);
  await useBackend();
  tf.removeBackend("tensorflow-like");
});
