import type { Progress } from "../train/loop";
import type { RunRecord } from "../train/record";
import type { StudyRun } from "./study-runs";

/** What happens to a run while a study goes on. */
export type StudyEvent =
  | { readonly kind: "found" | "started"; readonly run: StudyRun }
  | { readonly kind: "progress"; readonly run: StudyRun; readonly progress: Progress }
  | { readonly kind: "finished"; readonly run: StudyRun; readonly record: RunRecord }
  /** Another worker trains it. */
  | { readonly kind: "elsewhere"; readonly run: StudyRun; readonly who: string }
  /** What should be known but stopped nothing, e.g. that a checkpoint was damaged. */
  | { readonly kind: "notice"; readonly run: StudyRun; readonly notice: string }
  /** A record that cannot be used, and what it is called now; the run is trained again. */
  | { readonly kind: "damaged"; readonly run: StudyRun; readonly problem: string; readonly keptAs: string }
  | { readonly kind: "failed" | "retried"; readonly run: StudyRun; readonly problem: string };

/** What a study has come to. */
export interface StudyResult {
  /** Of all runs that are finished, in the order of the plan. */
  readonly records: RunRecord[];
  /** The runs that are not, with the reason. */
  readonly failures: readonly { readonly run: StudyRun; readonly problem: string }[];
}
