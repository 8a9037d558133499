import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BinvitError } from "../base/errors";
import { builtScript } from "./built-script";
import type { OnProgress } from "./interleave";
import type { ProbeRequest } from "./memory-probe";

/** Peak WebAssembly memory of one step or one inference. */
export interface MemoryRow {
  readonly task: ProbeRequest["task"];
  readonly case: string;
  readonly variant: ProbeRequest["variant"];
  readonly bytes: number;
}

/** What is probed of each task. */
const variants = {
  training: ["w1a1", "float", "stock-wasm"],
  inference: ["packed", "float", "stock-wasm"],
} as const;

/**
 * Peak memory, each variant in a fresh process: memory that one has taken is never given back within a process.
 *
 * @param tasks - which
 * @param options - model and batch, progress
 */
export async function benchMemory(
  tasks: readonly ProbeRequest["task"][],
  options: {
    readonly model?: ProbeRequest["model"];
    readonly batch?: number;
    readonly onProgress?: OnProgress;
  } = {},
): Promise<MemoryRow[]> {
  const { model = "cifar-s", batch = 64, onProgress } = options;
  const requests = tasks.flatMap((task) => variants[task].map((variant) => ({ model, batch, task, variant })));
  const rows: MemoryRow[] = [];
  for (const [i, request] of requests.entries()) {
    onProgress?.(`memory, ${request.task} ${request.variant}`, i / requests.length);
    const { task, variant } = request;
    rows.push({ task, case: `${model}/batch-${batch}`, variant, bytes: await probe(request) });
  }
  return rows;
}

async function probe(request: ProbeRequest): Promise<number> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [
      builtScript("memory-probe"),
      JSON.stringify(request),
    ]);
    return JSON.parse(stdout).bytes;
  } catch (error) {
    if (error instanceof BinvitError) throw error;
    const problem = (error as { stderr?: string }).stderr?.trim().split("\n").pop() ?? error;
    throw new BinvitError(`The memory of ${request.task} ${request.variant} cannot be measured: ${problem}`);
  }
}
