import type { RunConfig } from "../train/record";
import { builtScript } from "./built-script";
import { type PeerProcess, startPeer } from "./peer-process";

/** What tfjs-node is to time. */
export interface TfjsNodeRequest {
  readonly task: "training" | "inference";
  readonly config: RunConfig;
  /** `stock`: the float model in plain TensorFlow.js; `own`: our operations, binarization simulated in floats. */
  readonly operations: "stock" | "own";
  readonly batch: number;
}

/** TensorFlow.js on native TensorFlow, in a process of its own, since one process has one backend. */
export type TfjsNode = Pick<PeerProcess<TfjsNodeRequest>, "version" | "time" | "close">;

/**
 * Starts tfjs-node on one thread.
 *
 * @param command - program and arguments
 * @returns tfjs-node, or why there is none
 */
export const startTfjsNode = (
  command: readonly string[] = [process.execPath, builtScript("tfjs-node-peer")],
): Promise<TfjsNode | { readonly missing: string }> =>
  startPeer({
    name: "tfjs-node",
    command,
    remedy: "`npm install --no-save @tensorflow/tfjs-node@4.22.0` brings it; docs/tfjs-node.md says how else.",
    env: { TF_NUM_INTRAOP_THREADS: "1", TF_NUM_INTEROP_THREADS: "1", TF_CPP_MIN_LOG_LEVEL: "2" },
  });
