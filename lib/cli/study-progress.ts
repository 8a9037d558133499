import { padEnd } from "../base/text-width";
import type { StudyEvent } from "../study/study-event";
import { bar, duration, StatusLine } from "./terminal";

/** Shows a study in one line that is rewritten, with the time left, and one line for each finished run. */
export class StudyProgress {
  private readonly status = new StatusLine();
  private readonly startedAt = performance.now();
  /** Share done of each run that is going on. */
  private readonly running = new Map<string, number>();
  private found = 0;
  private finished = 0;
  private failed = 0;
  /** Share of the work that was done before this process started. */
  private doneBefore = 0;

  constructor(private readonly total: number) {}

  /** Takes an event of `runStudy`. */
  on(event: StudyEvent): void {
    const key = event.run.folder;
    if (event.kind === "found") {
      this.found++;
      this.doneBefore++;
      return;
    }
    if (event.kind === "started") this.running.set(key, 0);
    if (event.kind === "progress") {
      const { step, steps } = event.progress;
      if (this.running.get(key) === 0) this.doneBefore += (step - 1) / steps; // resumed in the middle
      this.running.set(key, step / steps);
    }
    if (event.kind === "notice") {
      this.status.done(` notice  ${padEnd(event.run.row.name, 26)} seed ${event.run.seed}  ${event.notice}`);
    }
    if (event.kind === "damaged") {
      this.status.done(`damaged  ${padEnd(event.run.row.name, 26)} seed ${event.run.seed}  ${event.problem}`);
      this.status.done(`         It is kept as ${event.keptAs}, and the run is trained again.`);
    }
    if (event.kind === "elsewhere") {
      this.status.done(`  other  ${padEnd(event.run.row.name, 26)} seed ${event.run.seed}  ${event.who}`);
    }
    if (event.kind === "retried") {
      this.running.delete(key);
      this.status.done(`  again  ${padEnd(event.run.row.name, 26)} seed ${event.run.seed}  ${event.problem}`);
    }
    if (event.kind === "failed") {
      this.running.delete(key);
      this.failed++;
      this.status.done(` failed  ${padEnd(event.run.row.name, 26)} seed ${event.run.seed}  ${event.problem}`);
    }
    if (event.kind === "finished") {
      this.running.delete(key);
      this.finished++;
      const { record, run } = event;
      const place = `${this.found + this.finished}/${this.total}`.padStart(7);
      this.status.done(
        `${place}  ${padEnd(run.row.name, 26)} seed ${run.seed}  test ${(100 * record.test.accuracy).toFixed(1).padStart(5)}%` +
          `  ${duration(record.seconds)}`,
      );
    }
    this.status.update(this.line());
  }

  /** Leaves the terminal clean. */
  close(): void {
    this.status.done(this.found > 0 ? `${this.found} of ${this.total} runs were finished before.` : undefined);
  }

  private line(): string {
    const done = this.found + this.finished + this.failed + [...this.running.values()].reduce((a, b) => a + b, 0);
    const elapsed = (performance.now() - this.startedAt) / 1000;
    const mine = done - this.doneBefore;
    const left = mine > 0.05 ? `${duration((elapsed / mine) * (this.total - done))} left` : "estimating";
    return `${bar(done / this.total)} ${this.found + this.finished}/${this.total} runs  ${left}`;
  }
}
