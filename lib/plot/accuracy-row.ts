/** The seeds of one configuration, summed up. */
export interface AccuracyRow {
  /** What is binarized, e.g. `mlp+mhsa`; `float` for the model to compare with. */
  readonly component: string;
  /** How it is scaled, e.g. `channel`. */
  readonly scale: string;
  /** Test accuracy, mean over the seeds, 0 … 1. */
  readonly mean: number;
  /** Ends of its interval, 0 … 1. */
  readonly low: number;
  readonly high: number;
  /** Test accuracy of each seed, 0 … 1. */
  readonly values: readonly number[];
}
