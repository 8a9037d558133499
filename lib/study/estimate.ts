import type { Dataset } from "../data/dataset";
import { loadDataset } from "../data/load";
import type { RunConfig } from "../train/record";
import { StoppedTraining } from "../train/result";
import { train } from "../train/train";
import { neededRows } from "./row-order";
import type { StudyRow } from "./study-config";

/** What a run of a row will take. */
export interface RowEstimate {
  readonly row: StudyRow;
  /** Seconds of one run on a core that does nothing else. */
  readonly seconds: number;
}

/** How long each row is tried, seconds; its first steps, which load and compile, do not count. */
const trySeconds = 1.2;
const warmSteps = 3;

/** What an image costs to evaluate, of what it costs to train on: one of three products, without the optimizer. */
const evaluationShare = 1 / 3;

/**
 * Estimates what the runs of a study take, from some steps of each row on its own data, one after the other.
 *
 * steps · s + (epochs · V + T) / B · s / 3; s seconds a step, B images a batch, V validation images, T test images
 *
 * @param rows - of the study; those that need other runs are taken as if they did not
 * @param onRow - told before each
 */
export async function estimateRows(rows: readonly StudyRow[], onRow?: (at: number) => void): Promise<RowEstimate[]> {
  const loaded = new Map<string, Dataset>();
  const estimates: RowEstimate[] = [];
  for (const [at, row] of rows.entries()) {
    onRow?.(at);
    const key = JSON.stringify(row.config.dataset);
    const data = loaded.get(key) ?? (await loadDataset(row.config.dataset));
    loaded.set(key, data);
    estimates.push({ row, seconds: await secondsOf(row.config, data) });
  }
  return estimates;
}

async function secondsOf({ dataset, model, training }: RunConfig, data: Dataset): Promise<number> {
  const { from: _, ...rest } = training;
  const alone = { dataset, model, training: { ...rest, objective: { "cross-entropy": { weight: 1 } } } };
  const controller = new AbortController();
  const times: number[] = []; // of each step, seconds
  let from = performance.now();
  let warmAt = Number.POSITIVE_INFINITY;

  const onStep = () => {
    const now = performance.now();
    times.push((now - from) / 1000);
    from = now;
    if (times.length === warmSteps) warmAt = now;
    if (now - warmAt > 1000 * trySeconds) controller.abort();
  };
  const onEpoch = () => {
    from = performance.now(); // validation lies between, which counts by itself
  };
  await train(alone, 1, data, { onStep, onEpoch, signal: controller.signal }).catch((error) => {
    if (!(error instanceof StoppedTraining)) throw error;
  });
  const warm = times.slice(Math.min(warmSteps, times.length - 1));
  const step = sum(warm) / warm.length;
  const { batchSize, epochs } = training;
  const steps = epochs * Math.ceil(data.train.count / batchSize);
  const evaluated = (epochs * data.validation.count + data.test.count) / batchSize;
  return step * (steps + evaluated * evaluationShare);
}

/**
 * Seconds until a study is finished: no run is split, and one that needs another waits for it.
 *
 * max(longest chain of runs that need each other, all runs / jobs)
 *
 * @param estimates - of rows, those with them that they need
 * @param seeds - how many
 * @param jobs - runs side by side
 */
export function secondsUntilFinished(estimates: readonly RowEstimate[], seeds: number, jobs: number): number {
  const byName = new Map(estimates.map((estimate) => [estimate.row.name, estimate]));
  const chain = ({ row, seconds }: RowEstimate): number =>
    seconds + Math.max(0, ...neededRows(row.config.training).map((name) => chain(byName.get(name)!)));
  return Math.max(...estimates.map(chain), (seeds * sum(estimates.map(({ seconds }) => seconds))) / jobs);
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
