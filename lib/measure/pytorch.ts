import type { ModelConfig } from "../vit/config";
import type { Timer } from "./interleave";
import { peerFile, peerPython, setupLine } from "./peer-places";
import { type PeerProcess, startPeer } from "./peer-process";

/** What PyTorch is to time. */
export type PyTorchRequest =
  | {
      readonly task: "training" | "inference";
      readonly model: ModelConfig;
      /** `w1a1` simulates binarization in floats, as PyTorch has no 1-bit kernels. */
      readonly bits: "float" | "w1a1";
      readonly batch: number;
      /** By torch.compile. */
      readonly compiled?: boolean;
      /** The last block for the class token alone, which is what our step computes. */
      readonly trimmed?: boolean;
    }
  | { readonly task: "product"; readonly m: number; readonly k: number; readonly n: number };

/** PyTorch on one thread; its version says which library multiplies its matrices. */
export type PyTorch = Pick<PeerProcess<PyTorchRequest>, "version" | "time" | "close"> & {
  /** Why torch.compile does not work here. */
  readonly notCompiling?: string;
};

/** @returns a timer of the same work again and again */
export const pyTorchTimer =
  (pyTorch: PyTorch, request: PyTorchRequest): Timer =>
  (repeats) =>
    pyTorch.time(request, repeats);

/**
 * Timers of the same work by PyTorch as it comes and by torch.compile, where that can work.
 *
 * @param pyTorch - where it is there
 * @param name - of the variant; the compiled one has ` compiled` after it
 * @param request - what to time
 * @param compile - whether to compile as well; that takes PyTorch up to a minute at the first run
 */
export function pyTorchTimers(
  pyTorch: PyTorch | undefined,
  name: string,
  request: Exclude<PyTorchRequest, { task: "product" }>,
  compile: boolean,
): Record<string, Timer> {
  if (!pyTorch) return {};
  const eager = { [name]: pyTorchTimer(pyTorch, request) };
  if (!compile || pyTorch.notCompiling) return eager;
  return { ...eager, [`${name} compiled`]: pyTorchTimer(pyTorch, { ...request, compiled: true }) };
}

/**
 * Starts PyTorch on one thread.
 *
 * @param command - program and arguments
 * @returns PyTorch, or why there is none and what to do
 */
export async function startPyTorch(
  command: readonly string[] = [peerPython(), peerFile("torch_bench.py")],
): Promise<PyTorch | { readonly missing: string }> {
  const peer = await startPeer<PyTorchRequest>({
    name: "PyTorch",
    command,
    remedy: `To compare with it: ${setupLine}`,
  });
  if ("missing" in peer) return peer;
  const { notCompiling } = peer.ready;
  return { ...peer, ...(typeof notCompiling === "string" && { notCompiling }) };
}
