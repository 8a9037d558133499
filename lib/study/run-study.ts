import { arithmetic } from "../backend/arithmetic";
import { useBackend } from "../backend/select";
import { addToPlan, readPlan } from "./plan";
import type { StudyConfig } from "./study-config";
import type { StudyResult } from "./study-event";
import { studyRuns } from "./study-runs";
import { type WorkOptions, workOn } from "./work";

/**
 * Plans every run of a study into its folder, and works on those runs until all are finished, here or elsewhere.
 *
 * @param study - rows
 * @param options - seeds and folder; and as `workOn` has them: what failed before is tried again
 * @returns the records of the finished runs, and why others are not
 * @throws what `addToPlan` and `workOn` throw
 */
export async function runStudy(
  study: StudyConfig,
  options: WorkOptions & { readonly seeds: readonly number[]; readonly out: string },
): Promise<StudyResult> {
  const { seeds, out } = options;
  await useBackend(); // for its name: the processes that train choose the same
  const runs = studyRuns(study, seeds, out, arithmetic());
  await addToPlan(out, runs, arithmetic());
  return workOn(runs, out, { again: true, ...options });
}

/**
 * Works on what a study's folder plans, beside any other workers; what failed as often as is allowed stays so.
 *
 * @param out - the study's folder
 * @throws what `readPlan` and `workOn` throw
 */
export async function workOnPlan(out: string, options: WorkOptions): Promise<StudyResult> {
  await useBackend();
  return workOn(readPlan(out, arithmetic()), out, options);
}
