import { setTimeout as sleep } from "node:timers/promises";
import { readPlan } from "../study/plan";
import { type RunStatus, type StudyStatus, studyStatus } from "../study/status";
import { openDisplay } from "./live-display";
import { studyCurvesSvg } from "./study-curves-svg";
import { tableText } from "./table";

/** How a study is watched. */
export interface WatchOptions {
  /** Seconds between two looks; 5 by default. */
  readonly everySeconds?: number;
  /** Ends the watching, not the study; `newCellSignal()` is aborted when the cell is interrupted. */
  readonly signal?: AbortSignal;
}

/**
 * Shows a study while it is worked on, by this machine or by others: its runs and their curves, renewed in place from the
 * study's folder until nothing is left to wait for, or the cell is interrupted. It trains nothing itself.
 *
 * @param folder - of the study, with its `plan.jsonl`
 * @returns where it stands in the end
 * @throws FileError if the folder holds no plan
 *
 * @example
 * await binvit.watchStudy("runs/quick", { signal: binvit.newCellSignal() });
 */
export async function watchStudy(folder: string, options: WatchOptions = {}): Promise<StudyStatus> {
  const { everySeconds = 5, signal } = options;
  const display = openDisplay();
  for (;;) {
    const status = studyStatus(readPlan(folder));
    const text = statusText(status);
    display?.({ "text/html": `<pre>${text}</pre>${studyCurvesSvg(status.runs)}`, "text/plain": text });
    const isOver = status.runs.every(({ state }) => state === "finished" || state === "failed");
    if (isOver || signal?.aborted) {
      if (!display) console.log(text);
      return status;
    }
    await sleep(1000 * everySeconds, undefined, { signal }).catch(() => {});
  }
}

function statusText({ runs, secondsLeft }: StudyStatus): string {
  const rows = runs.map((one) => ({
    run: one.run.row.name,
    seed: one.run.seed,
    state: one.state,
    "done %": Math.round(100 * one.share),
    "accuracy %": accuracyOf(one),
  }));
  const left = secondsLeft === undefined ? "" : `, about ${Math.ceil(secondsLeft / 60)} min left`;
  const finished = runs.filter(({ state }) => state === "finished").length;
  return tableText(rows, { caption: `${finished} of ${runs.length} runs finished${left}`, digits: 1 });
}

/** On the test split of a finished run, on the validation split of one that goes on. */
function accuracyOf({ accuracy, curve }: RunStatus): number | undefined {
  const known = accuracy ?? curve.at(-1)?.validationAccuracy;
  return known === undefined ? undefined : 100 * known;
}
