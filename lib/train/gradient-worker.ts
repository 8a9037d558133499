import { parentPort, workerData } from "node:worker_threads";
import { useBackend } from "../backend/select";
import { DivergenceError } from "../base/errors";
import type { Batch } from "../data/batches";
import { parameterShapes } from "../vit/places";
import { lossAndGradients } from "./gradients";
import { explainMemory } from "./memory";
import { prepareObjective } from "./objective";
import { loadRun } from "./origins";
import type { RunConfig } from "./record";

/** What a thread is started with; the arrays are shared. */
export interface WorkerSetup {
  readonly config: RunConfig;
  /** All parameters one after the other, in the order of `parameterShapes`; written before every task. */
  readonly parameters: Float32Array;
  /** The same for the gradients; written by this thread. */
  readonly gradients: Float32Array;
  readonly oneBit: boolean;
}

/** Part of a batch, and how far the training is. */
export interface WorkerTask extends Batch {
  readonly progress: number;
}

/** Sent once when the thread is ready, then after every task. */
export interface WorkerReply {
  readonly count: number;
  readonly loss: number;
  readonly logits: Float32Array;
  /** What went wrong, if something did. */
  readonly problem?: string;
  /** Whether that was a DivergenceError. */
  readonly diverged?: boolean;
}

const nothing: WorkerReply = { count: 0, loss: 0, logits: new Float32Array() };

async function serve({ config, parameters, gradients, oneBit }: WorkerSetup): Promise<void> {
  await useBackend("wasm", { oneBit });
  const objective = prepareObjective(config, loadRun);
  let end = 0;
  const named = Object.fromEntries(
    Object.entries(parameterShapes(config.model)).map(([name, shape]) => {
      const start = end;
      end += shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: parameters.subarray(start, end) }];
    }),
  );
  parentPort!.on("message", (task: WorkerTask) => {
    try {
      const result = lossAndGradients(config, named, task, { progress: task.progress, objective });
      let at = 0;
      for (const name of Object.keys(named)) {
        gradients.set(result.gradients[name], at);
        at += result.gradients[name].length;
      }
      const reply: WorkerReply = { count: task.count, loss: result.loss, logits: result.logits };
      parentPort!.postMessage(reply);
    } catch (error) {
      const { message: problem } = explainMemory(error, config) as Error;
      const diverged = error instanceof DivergenceError;
      parentPort!.postMessage({ ...nothing, problem, diverged } satisfies WorkerReply);
    }
  });
  parentPort!.postMessage(nothing);
}

void serve(workerData as WorkerSetup);
