import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { ConfigError } from "../base/errors";
import { giveKernels } from "../kernels/read-in-pages";
import type { BackendReport } from "./select";
import type { WasmBackend } from "./wasm-backend";
import { registerKernels } from "./wasm-kernels";

/** Where a page finds the compiled modules. */
export interface PageBackend {
  /** Address of `tfjs-backend-wasm-simd.wasm`, from the package @tensorflow/tfjs-backend-wasm. */
  readonly tensorflow: string;
  /** Content of `binvit.wasm`. */
  readonly kernels: Uint8Array;
}

let report: BackendReport | undefined;

/**
 * Sets TensorFlow.js to WebAssembly with the kit's kernels, in a page or one of its workers: the arithmetic of
 * `useBackend()` in Node, so that the same seed gives the same weights there and here.
 *
 * @param choice - where the page has the modules; once it has been said, "auto" or "wasm" only ask what runs
 * @returns what runs
 * @throws ConfigError if WebAssembly does not start here, or has no SIMD
 */
export async function useBackend(choice: PageBackend | "auto" | "wasm" = "auto"): Promise<BackendReport> {
  if (typeof choice === "object") {
    await start(choice);
    report = { backend: "wasm", reason: "it is what a page has", simd: true, kernels: true };
  }
  if (report && (typeof choice === "object" || choice === "auto" || choice === "wasm")) return report;
  throw new ConfigError(
    report
      ? `A page has the wasm backend alone: "${choice}" needs Node.`
      : "No module was given: useBackend({ tensorflow, kernels }) first.",
  );
}

async function start({ tensorflow, kernels }: PageBackend): Promise<void> {
  tf.env().set("PROD", true);
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false); // threads need headers that static pages cannot send
  if (!(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"))) {
    throw new ConfigError("WebAssembly has no SIMD in this browser. Use one from 2023 or later.");
  }
  // It wants all of its three to be named; this is the one it takes.
  const binaries = ["tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm-threaded-simd.wasm"];
  setWasmPaths(Object.fromEntries(binaries.map((name) => [name, tensorflow])));
  if (!(await tf.setBackend("wasm"))) throw new ConfigError("WebAssembly does not start in this browser.");
  giveKernels(kernels);
  registerKernels(tf.backend() as unknown as WasmBackend, true); // its type hides the memory
}
