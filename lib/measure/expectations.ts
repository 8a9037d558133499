import { availableParallelism } from "node:os";
import { hasKernels } from "../backend/kernels";
import { useBackend } from "../backend/select";
import { Random } from "../base/random";
import { normals, ownProducts } from "./gemm-products";
import { interleave, type OnProgress, type Timer, timed } from "./interleave";
import { describeMachine, type Machine } from "./machine";
import { type BenchModel, benchModel, noiseBatch } from "./models";
import { spread } from "./spread";
import { engineInference, sharedTrainingStep, trainingStep } from "./steps";
import { fastestWorkers } from "./workers-advice";

/** One line of what to expect. */
export interface Expectation {
  readonly what: string;
  readonly median: number;
  readonly unit: "Gop/s" | "images/s";
}

/** Training steps shared out over more and more workers. */
export interface WorkersRow {
  readonly model: BenchModel["name"];
  /** Images a second by number of workers. */
  readonly images: Readonly<Record<number, number>>;
  /** The least number that is worth it. */
  readonly best: number;
}

/** What `binvit doctor --bench` tells. */
export interface Expectations {
  readonly machine: Machine;
  readonly rows: readonly Expectation[];
  readonly workers: readonly WorkersRow[];
}

/** Of every comparison. */
const rounds = 4;

/** Images of a training step and of the larger inference. */
const batchSize = 64;

/**
 * Measures in some seconds what the kit does on this machine: products, packed inference, training by workers.
 *
 * @param options - models, a product's size [m, k, n], numbers of workers, progress
 */
export async function measureExpectations(
  options: {
    readonly models?: readonly BenchModel[];
    readonly product?: readonly [number, number, number];
    readonly workers?: readonly number[];
    readonly onProgress?: OnProgress;
  } = {},
): Promise<Expectations> {
  const { models = [benchModel("digits"), benchModel("cifar-s")], product = [4160, 128, 384], onProgress } = options;
  const machine = describeMachine();
  await useBackend("wasm");
  const counts = hasKernels() ? (options.workers ?? workerCounts(availableParallelism())) : [1];
  const rows: Expectation[] = await products(product, onProgress);
  const workers: WorkersRow[] = [];
  for (const model of models) {
    rows.push(...(await inference(model, onProgress)));
    const steps = await training(model, counts, onProgress);
    rows.push(...steps.rows);
    workers.push(steps.workers);
  }
  return { machine, rows, workers };
}

/** @returns one, two, four … workers, and as many as there are cores */
export function workerCounts(cores: number): number[] {
  const counts: number[] = [];
  for (let count = 1; count < cores; count *= 2) counts.push(count);
  return [...counts, cores];
}

async function measured(
  variants: Readonly<Record<string, Timer>>,
  work: (name: string) => number,
  onProgress?: OnProgress,
): Promise<Record<string, number>> {
  const seconds = await interleave(variants, rounds, onProgress);
  const median = (name: string) => spread(seconds[name].filter((s): s is number => s !== undefined)).median;
  return Object.fromEntries(Object.keys(variants).map((name) => [name, work(name) / median(name)]));
}

async function products([m, k, n]: readonly [number, number, number], onProgress?: OnProgress) {
  const { products: own } = ownProducts({ m, k, n }, normals(new Random(m), m * k), normals(new Random(n), k * n));
  const variants = { float: timed(own.float), "signs by signs": timed(own.xnor) };
  const speeds = await measured(variants, () => (2 * m * k * n) / 1e9, onProgress);
  return Object.entries(speeds).map(([name, median]) => {
    return { what: `product ${m}×${k}×${n}, ${name}`, median, unit: "Gop/s" } as const;
  });
}

async function inference(model: BenchModel, onProgress?: OnProgress): Promise<Expectation[]> {
  const label = (count: number) => `${model.name}, packed inference, batch ${count}`;
  const counts = Object.fromEntries([batchSize, 1].map((count) => [label(count), count]));
  const variants = Object.entries(counts).map(([name, count]) => {
    return [name, timed(engineInference(model.w1a1.model, noiseBatch(model.w1a1, count)))] as const;
  });
  const speeds = await measured(Object.fromEntries(variants), (name) => counts[name], onProgress);
  return Object.entries(speeds).map(([what, median]) => ({ what, median, unit: "images/s" }));
}

async function training(model: BenchModel, counts: readonly number[], onProgress?: OnProgress) {
  const batch = noiseBatch(model.w1a1, batchSize);
  const [float, w1a1] = [`${model.name}, training step, float`, `${model.name}, training step, W1A1`];
  const label = (count: number) => (count === 1 ? w1a1 : `${w1a1}, ${count} workers`);
  const variants: Record<string, Timer> = {
    [float]: timed(trainingStep(model.float, batch, "own")),
    [w1a1]: timed(trainingStep(model.w1a1, batch, "own")),
  };
  const threads: Awaited<ReturnType<typeof sharedTrainingStep>>[] = [];
  try {
    for (const count of counts.filter((one) => one > 1)) {
      onProgress?.(`${count} workers start`, 0);
      const shared = await sharedTrainingStep(model.w1a1, batch, count);
      threads.push(shared);
      variants[label(count)] = timed(shared.step);
    }
    const speeds = await measured(variants, () => batchSize, onProgress);
    const images = Object.fromEntries(counts.map((count) => [count, speeds[label(count)]]));
    const rows = [float, w1a1].map((what) => ({ what, median: speeds[what], unit: "images/s" as const }));
    return { rows, workers: { model: model.name, images, best: fastestWorkers(images) } };
  } finally {
    for (const shared of threads) await shared.stop();
  }
}
