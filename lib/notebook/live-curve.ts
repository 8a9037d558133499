import { ConfigError } from "../base/errors";
import { otherLoss, type Trained } from "../train/other-loss";
import type { EpochRecord } from "../train/record";
import { curvePicture } from "./curve-picture";
import { openDisplay } from "./live-display";
import { curveTitle, lossCurveSvg } from "./loss-curve-svg";

/** A training curve that grows while training runs. */
export interface LiveCurve {
  /** Adds an epoch; may be handed to `train` as `onEpoch`. */
  readonly push: (record: EpochRecord) => void;
  /** Leaves the final picture. */
  readonly done: () => void;
}

/** What a live curve is of: the run's `config` says it all. */
export interface LiveCurveOptions extends Trained {
  /** How many epochs there will be; those of `config` by default. */
  readonly epochs?: number;
}

/**
 * Training and validation loss, redrawn in place after every epoch; outside a kernel, one line at the end.
 *
 * @param options - the run's `config`, or how many `epochs` it has. With a config whose training loss is of another kind
 *   (of smoothed labels, of a teacher), the validation loss is drawn alone
 * @returns `push` for each epoch, and `done` to call at the end
 * @throws ConfigError if neither says how many epochs there will be
 */
export function liveCurve({ config, epochs = config?.training.epochs }: LiveCurveOptions): LiveCurve {
  if (epochs === undefined) throw new ConfigError("liveCurve: how many epochs? Give it the run's config, or epochs.");
  const display = openDisplay();
  const records: EpochRecord[] = [];
  const reason = otherLoss({ config });
  const svg = () => lossCurveSvg(records, { epochs, hasTraining: !reason });
  return {
    push(record) {
      records.push(record);
      display?.({ "image/svg+xml": svg(), "text/plain": caption(records, reason) });
    },
    done() {
      const text = caption(records, reason);
      if (display) display(...curvePicture(svg(), curveTitle(!reason), text));
      else console.log(text);
    },
  };
}

function caption(records: readonly EpochRecord[], reason: string | undefined): string {
  const last = records.at(-1);
  if (!last) return "no epoch yet";
  const validation = `validation loss ${last.validationLoss.toFixed(3)}`;
  if (reason) return `epoch ${last.epoch}: ${validation} (training loss not drawn: ${reason})`;
  return `epoch ${last.epoch}: training loss ${last.trainLoss.toFixed(3)}, ${validation}`;
}
