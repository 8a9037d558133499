import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { BinvitError } from "../base/errors";
import { kitRoot } from "../base/kit-root";
import type { ModelConfig } from "../vit/config";
import type { Timer } from "./interleave";

/** What PyTorch is to time. */
export interface PyTorchRequest {
  readonly model: ModelConfig;
  /** `w1a1` simulates binarization in floats, as PyTorch has no 1-bit kernels. */
  readonly bits: "float" | "w1a1";
  readonly batch: number;
  readonly task: "training" | "inference";
}

/** PyTorch in a process of its own that stays alive between timings. */
export interface PyTorch {
  /** And which library multiplies its matrices. */
  readonly version: string;
  /** @returns seconds of all repeats together, by PyTorch's own clock */
  time(request: PyTorchRequest, repeats: number): Promise<number>;
  close(): void;
}

/** @returns a timer of the same work again and again */
export const pyTorchTimer =
  (pyTorch: PyTorch, request: PyTorchRequest): Timer =>
  (repeats) =>
    pyTorch.time(request, repeats);

/**
 * Starts PyTorch on one thread.
 *
 * The script prints a line of JSON when it is ready, then one for every line that it reads.
 *
 * @param command - program and arguments
 * @returns PyTorch, or why there is none and what to do
 */
export async function startPyTorch(
  command: readonly string[] = ["python3", join(kitRoot(), "bench", "peers", "torch_bench.py")],
): Promise<PyTorch | { readonly missing: string }> {
  const child = spawn(command[0], command.slice(1), { stdio: ["pipe", "pipe", "ignore"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => {}); // raced below; without a race in progress nobody is waiting for it
  child.stdin.on("error", () => {}); // a process that has ended is noticed by its missing answer
  const answer = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error("it ended without an answer");
    return JSON.parse(value);
  };
  const close = () => child.kill();
  const remedy = "To compare with it: `pip install torch` for the python3 on your path.";
  try {
    const ready = await answer();
    if (typeof ready.torch !== "string") {
      close();
      return { missing: `PyTorch is not there (${ready.missing}). ${remedy}` };
    }
    return {
      version: ready.torch,
      async time(request, repeats) {
        child.stdin.write(`${JSON.stringify({ ...request, repeats })}\n`);
        const { seconds, error } = await answer().catch((problem) => ({ seconds: undefined, error: problem.message }));
        if (typeof seconds === "number") return seconds;
        throw new BinvitError(`PyTorch failed on ${request.task}, batch ${request.batch}: ${error}.`);
      },
      close,
    };
  } catch (error) {
    close();
    return { missing: `PyTorch is not there (${(error as Error).message}). ${remedy}` };
  }
}
