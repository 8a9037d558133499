import { benchGemm } from "./gemm";
import { benchInference } from "./inference";
import type { OnProgress } from "./interleave";
import { describeMachine, type Machine } from "./machine";
import { benchMemory, type MemoryRow } from "./memory";
import { type BytesRow, modelBytes } from "./model-bytes";
import { startPeers } from "./peers";
import type { BenchRow } from "./row";
import { benchTraining } from "./training";

/** The benches, in the order they run. */
export const benchNames = ["gemm", "inference", "training"] as const;
export type BenchName = (typeof benchNames)[number];

/** Everything that was measured. */
export interface BenchResult {
  readonly machine: Machine;
  /** Versions of the peers that took part. */
  readonly peers: Readonly<Record<string, string>>;
  readonly rows: readonly BenchRow[];
  readonly bytes: readonly BytesRow[];
  readonly memory: readonly MemoryRow[];
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
  const machine = describeMachine();
  const has = (name: BenchName) => names.includes(name);
  const tasks = (["inference", "training"] as const).filter(has);
  onProgress("peers start", 0);
  const { peers, versions, missing, close } = await startPeers(tasks.length > 0);
  try {
    const options = { rounds, onProgress, ...peers };
    const gemm = has("gemm") ? await benchGemm(options) : [];
    const inference = has("inference") ? await benchInference(options) : [];
    const training = has("training") ? await benchTraining(options) : [];
    const bytes = has("inference") ? await modelBytes() : [];
    const memory = await benchMemory(tasks, { onProgress });
    return { machine, peers: versions, rows: [...gemm, ...inference, ...training], bytes, memory, missing };
  } finally {
    close();
  }
}
