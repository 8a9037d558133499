import { useBackend } from "../backend/select";
import { createEngine } from "../deploy/engine";
import { packModel } from "../deploy/pack";
import { interleave, type OnProgress, timed } from "../measure/interleave";
import { type Spread, spread } from "../measure/spread";
import { initialParameters } from "../vit/parameters";
import type { MethodRow } from "./method-rows";

const origin = { name: "", seed: 1, dataset: { name: "", sha256: "" } };

/**
 * How long the packed engine takes for one image of each method, all timed side by side; weights do not matter to it.
 *
 * @param rows - of `methodRows`; those that cannot be packed are left out
 * @param options - images at a time, rounds, progress
 * @returns microseconds an image, by the row's name
 */
export async function methodTimes(
  rows: readonly MethodRow[],
  { batch = 64, rounds = 7, onProgress }: { batch?: number; rounds?: number; onProgress?: OnProgress } = {},
): Promise<ReadonlyMap<string, Spread>> {
  await useBackend("wasm");
  const timers = rows.flatMap(({ name, model, refused }) => {
    if (refused) return [];
    const engine = createEngine(packModel(model, initialParameters(model, 1), origin), { maxBatch: batch });
    const images = new Float32Array(batch * model.imageSize ** 2 * model.channels).map((_, i) => Math.sin(i * i));
    return [[name, timed(() => engine.forward(images, batch))] as const];
  });
  const seconds = await interleave(Object.fromEntries(timers), rounds, onProgress);
  return new Map(
    timers.map(([name]) => {
      const values = seconds[name].filter((value): value is number => value !== undefined);
      return [name, spread(values.map((value) => (1e6 * value) / batch))];
    }),
  );
}
