import { benchGemm } from "./gemm";
import { benchInference } from "./inference";
import type { OnProgress } from "./interleave";
import { benchMemory, type MemoryRow } from "./memory";
import { type BytesRow, modelBytes } from "./model-bytes";
import { onnxRuntime } from "./onnxruntime";
import { startPyTorch } from "./pytorch";
import type { BenchRow } from "./row";
import { benchTraining } from "./training";

/** The benches, in the order they run. */
export const benchNames = ["gemm", "inference", "training"] as const;
export type BenchName = (typeof benchNames)[number];

/** Everything that was measured. */
export interface BenchResult {
  readonly rows: readonly BenchRow[];
  readonly bytes: readonly BytesRow[];
  readonly memory: readonly MemoryRow[];
  /** Version of PyTorch, where it took part. */
  readonly pytorch?: string;
  /** Why a peer has no rows, one sentence each. */
  readonly missing: readonly string[];
}

/**
 * Runs benches on one thread; peers that are not installed are left out and named.
 *
 * @param names - which
 * @param rounds - of every comparison
 * @param onProgress - progress of each part
 */
export async function runBench(
  names: readonly BenchName[],
  rounds: number,
  onProgress: OnProgress,
): Promise<BenchResult> {
  const runtime = onnxRuntime(require);
  const torch = names.some((name) => name !== "gemm") ? await startPyTorch() : undefined;
  const missing = [runtime, torch].flatMap((peer) => (peer && "missing" in peer ? [peer.missing] : []));
  const onnx = "open" in runtime ? runtime.open : undefined;
  const pyTorch = torch && "time" in torch ? torch : undefined;
  const has = (name: BenchName) => names.includes(name);
  try {
    const options = { rounds, onnx, pyTorch, onProgress };
    const gemm = has("gemm") ? await benchGemm(options) : [];
    const inference = has("inference") ? await benchInference(options) : [];
    const training = has("training") ? await benchTraining(options) : [];
    const bytes = has("inference") ? await modelBytes() : [];
    const tasks = (["inference", "training"] as const).filter(has);
    const memory = await benchMemory(tasks, { onProgress });
    return { rows: [...gemm, ...inference, ...training], bytes, memory, pytorch: pyTorch?.version, missing };
  } finally {
    pyTorch?.close();
  }
}
