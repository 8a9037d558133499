import type { EpochRecord } from "../train/record";
import { curvePicture } from "./curve-picture";
import { openDisplay } from "./live-display";
import { lossCurveSvg } from "./loss-curve-svg";

/** A training curve that grows while training runs. */
export interface LiveCurve {
  /** Adds an epoch; may be handed to `train` as `onEpoch`. */
  readonly push: (record: EpochRecord) => void;
  /** Leaves the final picture. */
  readonly done: () => void;
}

/**
 * Training and validation loss, redrawn in place after every epoch; outside a kernel, one line at the end.
 *
 * @param options - `epochs`: how many there will be
 * @returns `push` for each epoch, and `done` to call at the end
 */
export function liveCurve({ epochs }: { readonly epochs: number }): LiveCurve {
  const display = openDisplay();
  const records: EpochRecord[] = [];
  const svg = () => lossCurveSvg(records, epochs);
  return {
    push(record) {
      records.push(record);
      display?.({ "image/svg+xml": svg(), "text/plain": caption(records) });
    },
    done() {
      const text = caption(records);
      if (display) display(...curvePicture(svg(), text));
      else console.log(text);
    },
  };
}

function caption(records: readonly EpochRecord[]): string {
  const last = records.at(-1);
  if (!last) return "no epoch yet";
  const losses = `training loss ${last.trainLoss.toFixed(3)}, validation loss ${last.validationLoss.toFixed(3)}`;
  return `epoch ${last.epoch}: ${losses}`;
}
