import { dirname, sep } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import { backendNames } from "./names";
import { loadNative, nativeAdvice } from "./native";
import { hasKernels, hasSignKernels } from "./run-kernel";
import type { WasmBackend } from "./wasm-backend";
import { registerKernels, unregisterKernels } from "./wasm-kernels";

/**
 * What may be asked for. `auto` takes wasm, whose kernels are the fastest and give the same seed the same weights on every
 * machine; where WebAssembly has no SIMD, it takes tensorflow if that is installed, then wasm without kernels, then cpu.
 */
export type BackendChoice = (typeof backendNames)[number];

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

/**
 * Sets the TensorFlow.js backend. Calling it again is quick and changes nothing, unless another one is asked for.
 *
 * @param choice - which; `auto` takes the first that works well
 * @param options - `kernels: false` leaves TensorFlow.js as it is, for comparisons
 * @returns what was chosen and why
 * @throws ConfigError if there is no such backend, or it does not work here
 */
export async function useBackend(choice: BackendChoice = "auto", options: BackendOptions = {}): Promise<BackendReport> {
  if (!backendNames.includes(choice)) {
    throw new ConfigError(
      `There is no backend "${choice}".${didYouMean(choice, backendNames)} Backends: ${backendNames.join(", ")}.`,
    );
  }
  const asked = choice === "auto" ? undefined : "it was asked for";
  if (choice === "tensorflow") return startNative("it was asked for");
  if (choice !== "cpu") {
    const wasm = (await startWasm()) ? await wasmReport(asked, options) : undefined;
    if (wasm && (choice === "wasm" || wasm.simd)) return wasm;
    if (choice === "wasm") {
      throw new ConfigError("The wasm backend is not there: WebAssembly does not start here. Try `cpu`.");
    }
    const native = await startNative("WebAssembly has no SIMD here").catch(() => undefined);
    if (native) return native;
    if (wasm && (await tf.setBackend("wasm"))) return wasm;
  }
  tf.env().set("PROD", true); // or TensorFlow.js greets on stderr, which a notebook takes for a failure
  await tf.setBackend("cpu");
  const hint = "The cpu backend is many times slower: use wasm (any Node from 20 on).";
  return { backend: "cpu", reason: asked ?? "WebAssembly does not start here", hint, simd: false, kernels: false };
}

async function startNative(reason: string): Promise<BackendReport> {
  const native = loadNative(require);
  if (native.loaded && (await tf.setBackend("tensorflow"))) {
    return { backend: "tensorflow", reason, simd: false, kernels: false };
  }
  const why = native.loaded ? "its backend does not start" : native.reason;
  throw new ConfigError(`The tensorflow backend is not there: ${why}. ${nativeAdvice}`);
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

async function wasmReport(
  asked: string | undefined,
  { kernels = true, oneBit = true }: BackendOptions,
): Promise<BackendReport> {
  const simd = Boolean(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"));
  const use = kernels && process.env.BINVIT_KERNELS !== "off";
  if (!use || !simd) {
    if (!use) unregisterKernels();
    const hint = use
      ? "This processor or Node has no WebAssembly SIMD, which binvit's fast kernels need."
      : "binvit's kernels are turned off.";
    return { backend: "wasm", reason: asked ?? "WebAssembly works", hint, simd, kernels: false };
  }
  if (!hasKernels() || hasSignKernels() !== oneBit) {
    registerKernels(tf.backend() as unknown as WasmBackend, oneBit); // its type hides the memory
  }
  const reason = asked ?? "binvit's kernels are the fastest, with the same bits on every machine";
  return { backend: "wasm", reason, simd, kernels: true };
}
