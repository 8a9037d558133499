import type { TrainingConfig } from "./record";

/** What a run was trained by, as far as known; `RunRecord`s and run configurations will do. */
export interface Trained {
  /** What it minimized, cross entropy where nothing is said, and for how long. */
  readonly config?: { readonly training: Partial<Pick<TrainingConfig, "objective" | "labelSmoothing" | "epochs">> };
}

/**
 * Why a run's training loss is no cross entropy that its validation loss can be compared with.
 *
 * @returns as a caption says it; undefined where it is one
 */
export function otherLoss({ config }: Trained): string | undefined {
  const { objective = {}, labelSmoothing = 0 } = config?.training ?? {};
  const isPlain = Object.entries(objective).every(([name, { weight }]) => name === "cross-entropy" && weight === 1);
  if (!isPlain) return "what was minimized is not the cross entropy alone";
  return labelSmoothing > 0 ? "labels were smoothed in training" : undefined;
}
