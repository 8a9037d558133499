import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { hasKernels, hasSignKernels } from "./kernels";
import { loadNative } from "./native";
import type { WasmBackend } from "./wasm-backend";
import { registerKernels, unregisterKernels } from "./wasm-kernels";

/** What may be asked for; `auto` takes the first that works of tensorflow, wasm, cpu. */
export type BackendChoice = "auto" | "tensorflow" | "wasm" | "cpu";

/** Which backend runs, and why. */
export interface BackendReport {
  readonly backend: "tensorflow" | "wasm" | "cpu";
  /** Why this one, in a phrase. */
  readonly reason: string;
  /** How to get a faster one, where there is one. */
  readonly hint?: string;
  /** Whether WebAssembly has SIMD here; false where WebAssembly is not used. */
  readonly simd: boolean;
  /** Whether binvit's fused kernels do the training. */
  readonly kernels: boolean;
}

/** What computes the numbers, as far as their last digits depend on it; `wasm+kernels` is the same on every machine. */
export type Arithmetic = "tensorflow" | "wasm+kernels" | "wasm" | "cpu";

/** @returns what the current backend computes with; it must be ready */
export const arithmetic = (): Arithmetic => (hasKernels() ? "wasm+kernels" : (tf.getBackend() as Arithmetic));

/** How the backend is set up. */
export interface BackendOptions {
  /** Use binvit's kernels on wasm; the environment variable BINVIT_KERNELS=off turns them off too. */
  readonly kernels?: boolean;
  /**
   * Multiply signs as bits; with `false` binarized products are simulated by float products of ±1 matrices, on the same
   * float kernels. Both give the same numbers.
   */
  readonly oneBit?: boolean;
}

const nativeHint =
  "tfjs-node's native library is fetched from storage.googleapis.com when it installs; with access to it, run `npm ci` again.";

/**
 * Sets the TensorFlow.js backend. Calling it again is quick and changes nothing, unless another one is asked for.
 *
 * @param choice - which; `auto` takes the fastest that works
 * @param options - `kernels: false` leaves TensorFlow.js as it is, for comparisons
 * @returns what was chosen and why
 * @throws ConfigError if the backend asked for does not work here
 */
export async function useBackend(choice: BackendChoice = "auto", options: BackendOptions = {}): Promise<BackendReport> {
  const asked = choice === "auto" ? undefined : "it was asked for";
  let missing = "";
  if (choice === "auto" || choice === "tensorflow") {
    const native = loadNative(require);
    if (native.loaded && (await tf.setBackend("tensorflow"))) {
      return { backend: "tensorflow", reason: asked ?? "tfjs-node is installed", simd: false, kernels: false };
    }
    missing = native.loaded ? "tfjs-node's backend does not start" : native.reason;
    if (choice === "tensorflow")
      throw new ConfigError(`The tensorflow backend is not there: ${missing}. ${nativeHint}`);
  }
  if (choice !== "cpu") {
    if (await startWasm()) return wasmReport(asked ?? missing, options);
    missing = "WebAssembly does not start here";
    if (choice === "wasm") throw new ConfigError(`The wasm backend is not there: ${missing}. Try \`cpu\`.`);
  }
  tf.env().set("PROD", true); // or TensorFlow.js greets on stderr, which a notebook takes for a failure
  await tf.setBackend("cpu");
  const hint = "The cpu backend is many times slower: use wasm (any Node from 20 on).";
  return { backend: "cpu", reason: asked ?? missing, hint, simd: false, kernels: false };
}

let pathsAreSet = false;

async function startWasm(): Promise<boolean> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  if (!pathsAreSet && tf.getBackend() !== "wasm") {
    setWasmPaths(dirname(require.resolve("@tensorflow/tfjs-backend-wasm")) + sep);
    pathsAreSet = true;
  }
  return tf.setBackend("wasm");
}

async function wasmReport(reason: string, { kernels = true, oneBit = true }: BackendOptions): Promise<BackendReport> {
  const simd = Boolean(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"));
  if (!kernels || process.env.BINVIT_KERNELS === "off") {
    unregisterKernels();
    return { backend: "wasm", reason, hint: "binvit's kernels are turned off.", simd, kernels: false };
  }
  if (!simd) {
    const hint = "This processor or Node has no WebAssembly SIMD, which binvit's fast kernels need.";
    return { backend: "wasm", reason, hint, simd, kernels: false };
  }
  if (!hasKernels() || hasSignKernels() !== oneBit) {
    registerKernels(tf.backend() as unknown as WasmBackend, oneBit); // its type hides the memory
  }
  return { backend: "wasm", reason, hint: nativeHint, simd, kernels: true };
}
