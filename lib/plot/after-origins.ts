import type { EpochRecord, RunRecord } from "../train/record";

/** A curve, and what the run's record says of the weights at both ends of it. */
export interface ContinuedCurve {
  readonly curve: readonly EpochRecord[];
  readonly origins?: RunRecord["origins"];
  readonly weightsSha256?: string;
}

/**
 * Puts the curve of a run that began from the weights of another (`training.from`) behind the curve of the latter: drawn
 * from the first epoch on it would seem to learn faster than all.
 *
 * @param runs - where the other run is not among them, a curve stays as it is
 * @returns the same runs; `epoch` counts what was trained before, too
 */
export function afterOrigins<Run extends ContinuedCurve>(runs: readonly Run[]): Run[] {
  const byWeights = new Map(runs.map((run) => [run.weightsSha256, run]));
  const before = (run: ContinuedCurve): number => {
    const origin = run.origins?.from && byWeights.get(run.origins.from.weightsSha256);
    if (!origin || origin === run) return 0; // a training that changes no weight ends where it began
    return before(origin) + (origin.curve.at(-1)?.epoch ?? 0);
  };
  return runs.map((run) => {
    const start = before(run);
    return start === 0 ? run : { ...run, curve: run.curve.map((one) => ({ ...one, epoch: start + one.epoch })) };
  });
}
