import type { ModelConfig } from "../vit/config";
import { peerFile, setupLine } from "./peer-places";
import { type PeerProcess, startPeer } from "./peer-process";

/** What jax-js is to time: the float model, or a product of floats. */
export type JaxJsRequest =
  | { readonly task: "inference"; readonly model: ModelConfig; readonly batch: number }
  | { readonly task: "product"; readonly m: number; readonly k: number; readonly n: number };

/** jax-js on WebAssembly; Node gives it one thread. */
export type JaxJs = Pick<PeerProcess<JaxJsRequest>, "version" | "time" | "close">;

/**
 * Starts jax-js in a process of its own.
 *
 * @param command - program and arguments
 * @returns jax-js, or why there is none and what to do
 */
export const startJaxJs = (
  command: readonly string[] = [process.execPath, peerFile("jax_bench.mjs")],
): Promise<JaxJs | { readonly missing: string }> =>
  startPeer({ name: "jax-js", command, remedy: `To compare with it: ${setupLine}` });
