import { CancelledError } from "../base/errors";
import type { TrainResult } from "./loop";

/** A training that its signal stopped. */
export class StoppedTraining extends CancelledError {
  /**
   * @param message - where it was stopped
   * @param soFar - what the finished epochs reached; undefined if none was finished
   */
  constructor(
    message: string,
    readonly soFar: TrainResult | undefined,
  ) {
    super(message);
  }
}
