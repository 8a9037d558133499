import type { Dataset } from "../data/dataset";
import type { RunRecord } from "../train/record";
import type { ParameterArrays, Parameters } from "../vit/parameters";

/** A finished run, and what it is looked at with. */
export interface Subject {
  /** Tells it from the other one. */
  readonly name: string;
  readonly record: RunRecord;
  readonly weights: ParameterArrays;
  /** The same on the backend. */
  readonly parameters: Parameters;
  readonly dataset: Dataset;
}
