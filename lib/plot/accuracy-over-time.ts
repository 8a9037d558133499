import type { EpochRecord } from "../train/record";
import type { Figure, Size } from "./figure";
import type { Heading } from "./heading";
import { distinct, requireRows } from "./inputs";
import { type CurveRun, trainingCurves } from "./training-curves";

/** A run's curve, and how many images an epoch has. */
export interface TimedRun extends CurveRun {
  readonly dataset: { readonly train: number };
}

/**
 * Validation accuracy over the time spent in training: means over the seeds, of both.
 *
 * @param runs - finished ones
 * @param heading - title and caption
 * @param size - of the whole figure
 * @returns the figure; x in seconds, without validation
 * @throws ConfigError if there are no runs
 */
export function accuracyOverTime(runs: readonly TimedRun[], heading: Heading = {}, size: Size = {}): Figure {
  requireRows(runs, "accuracyOverTime", "run");
  const timed = runs.map((run) => ({ ...run, curve: overSeconds(run.curve, run.dataset.train) }));
  const ends = distinct(runs.map((run) => run.name)).map((name) => {
    const own = timed.filter((run) => run.name === name).map(({ curve }) => curve.at(-1)?.epoch ?? 0);
    return own.reduce((sum, seconds) => sum + seconds, 0) / own.length;
  });
  const logX = Math.max(...ends) > 4 * Math.min(...ends);
  return trainingCurves(timed, "accuracy", heading, {
    ...size,
    x: "training time, s",
    shortX: "time, s",
    logX,
    meansOnly: true,
  });
}

/** The curve with the seconds of training until its end in the place of each epoch. */
function overSeconds(curve: readonly EpochRecord[], images: number): EpochRecord[] {
  let seconds = 0;
  return curve.map((epoch) => {
    seconds += images / epoch.imagesPerSecond;
    return { ...epoch, epoch: seconds };
  });
}
