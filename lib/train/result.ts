import { CancelledError } from "../base/errors";
import type { ParameterArrays } from "../vit/parameters";
import type { ImageEvaluation } from "./evaluate";
import type { EpochRecord } from "./record";
import type { TrainingState } from "./state";

/** A trained model. */
export interface TrainResult {
  readonly parameters: ParameterArrays;
  readonly curve: readonly EpochRecord[];
  readonly test: ImageEvaluation;
  readonly seconds: number;
}

/** A training that its signal stopped. */
export class StoppedTraining extends CancelledError {
  /**
   * @param message - where it was stopped
   * @param soFar - what the finished epochs reached; undefined if none was finished
   * @param state - where it can go on from
   */
  constructor(
    message: string,
    readonly soFar: TrainResult | undefined,
    readonly state: TrainingState,
  ) {
    super(message);
  }
}
