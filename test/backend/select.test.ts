import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, test } from "vitest";
import { hasKernels } from "../../lib/backend/kernels";
import { loadNative } from "../../lib/backend/native";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";

const manifest = "@tensorflow/tfjs-node/package.json";

describe("loading native TensorFlow", () => {
  test("the stand-in is not taken for it", () => {
    const loaded: string[] = [];
    const result = loadNative((name) => {
      loaded.push(name);
      return { binvitStandIn: true };
    });
    expect(result).toEqual({ loaded: false, reason: expect.stringContaining("did not install") });
    expect(loaded).toEqual([manifest]);
  });

  test("what Node 23 removed is there again when the package is loaded", () => {
    const util: Record<string, (value: unknown) => boolean> = {};
    const present: boolean[] = [];
    const result = loadNative((name) => {
      if (name === manifest) return {};
      if (name === "node:util") return util;
      present.push(util.isNullOrUndefined(undefined), util.isNullOrUndefined(null), util.isArray([]));
      present.push(!util.isNullOrUndefined(0), !util.isArray("[]"));
      return {};
    });
    expect(result).toEqual({ loaded: true });
    expect(present).toEqual(Array(5).fill(true));
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

  test("auto takes a fast one, gives a reason, and may be called again", async () => {
    const report = await useBackend();
    expect(["tensorflow", "wasm"]).toContain(report.backend);
    expect(report.reason).not.toBe("");
    expect(tf.getBackend()).toBe(report.backend);
    expect(hasKernels()).toBe(report.backend === "wasm");
    expect(await useBackend()).toEqual(report);
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

  test("a backend that is asked for and not there is an error that says what to do", async () => {
    if ((await useBackend()).backend === "tensorflow") return;
    await expect(useBackend("tensorflow")).rejects.toThrow(ConfigError);
    await expect(useBackend("tensorflow")).rejects.toThrow(/npm ci/);
  });
});

test.each(["cpu", "wasm"] as const)("values read on %s are a copy", async (backend) => {
  await useBackend(backend);
  const tensor = tf.tensor1d([1, 2, 3]);
  readFloats(tensor)[0] = 9;
  expect([...readFloats(tensor)]).toEqual([1, 2, 3]);
  tensor.dispose();
});
