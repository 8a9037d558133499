import type { DatasetName } from "./sets/index";

/** Which data set a run uses; everything that changes its content is here. */
export interface DatasetConfig {
  readonly name: DatasetName;
  /** Folder with the official files; `data/downloads/<name>` if left out. Not part of a run's identity. */
  readonly folder?: string;
  /** Keep only the first images of the (seeded) training split, for quick trials. */
  readonly trainLimit?: number;
}
