import type { TrainingNews, TrainingRequest } from "./protocol";

/**
 * Trains in a worker of its own.
 *
 * @param listen - told of every epoch, and of the end or a failure, after which the worker is gone
 * @returns what ends it before
 */
export function startTraining(request: TrainingRequest, listen: (news: TrainingNews) => void): () => void {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const stop = () => worker.terminate();
  worker.onmessage = ({ data }: MessageEvent<TrainingNews>) => {
    if (data.kind !== "epoch") stop();
    listen(data);
  };
  worker.onerror = ({ message }) => {
    stop();
    listen({ kind: "failure", message: message || "The training could not be loaded." });
  };
  worker.postMessage(request);
  return stop;
}
