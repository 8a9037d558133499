import type { Progress } from "../train/loop";
import type { EpochRecord } from "../train/record";
import { openDisplay } from "./live-display";

/** How often a line is printed where it cannot be rewritten, ms. */
const printEveryMs = 5000;
/** How often a line is rewritten in a notebook, ms. */
const rewriteEveryMs = 100;

/** Shows how training goes; hand its functions to `train`. */
export interface LiveProgress {
  readonly onStep: (progress: Progress) => void;
  readonly onEpoch: (record: EpochRecord) => void;
  /** Leaves the final line; without times, so that a notebook that runs again reads the same. */
  readonly done: () => void;
}

/**
 * One line of progress, rewritten in place in a notebook and printed now and then elsewhere.
 *
 * @param title - what is trained
 * @returns callbacks for `train`, and `done` to call at the end
 */
export function liveProgress(title: string): LiveProgress {
  const display = openDisplay();
  const show = (text: string) => (display ? display({ "text/plain": text }) : console.log(text));
  let startedAt = performance.now();
  let shownAt = Number.NEGATIVE_INFINITY;
  let firstStep: number | undefined;
  let last: Progress | undefined;
  let epoch: EpochRecord | undefined;

  return {
    onStep(progress) {
      const now = performance.now();
      last = progress;
      if (firstStep === undefined) {
        // The first step compiles kernels and loads weights: it says nothing about the rest.
        firstStep = progress.step;
        startedAt = now;
      }
      if (now - shownAt < (display ? rewriteEveryMs : printEveryMs)) return;
      shownAt = now;
      const left = ((now - startedAt) / (progress.step - firstStep)) * (progress.steps - progress.step);
      const eta = Number.isFinite(left) ? `ETA ${Math.ceil(left / 1000)} s` : "ETA …";
      show(`${line(title, progress, epoch)}  ${eta}`);
    },
    onEpoch(record) {
      epoch = record;
    },
    done() {
      if (last) show(line(title, last, epoch));
    },
  };
}

function line(title: string, { epoch, epochs, step, steps, loss }: Progress, record: EpochRecord | undefined): string {
  const full = Math.round((20 * step) / steps);
  const bar = "█".repeat(full) + "░".repeat(20 - full);
  const accuracy = record ? `  validation accuracy ${(100 * record.validationAccuracy).toFixed(1)}%` : "";
  return `${title}  ${bar}  epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}${accuracy}`;
}
