/** Share of the time that checkpoints may take. */
const share = 0.005;

/** Seconds of training before the first one, and the least between two. */
const leastSeconds = 1;

/**
 * Decides when a checkpoint is worth its time: so often that little is lost, and so rarely that writing takes half a
 * percent of the time on any disk.
 */
export class CheckpointPace {
  private last = performance.now();
  private waitSeconds = leastSeconds;

  isDue(): boolean {
    return performance.now() - this.last >= 1000 * this.waitSeconds;
  }

  /** Writes a checkpoint, and takes its time into account; also that of one that failed. */
  timed(write: () => void): void {
    const start = performance.now();
    try {
      write();
    } finally {
      this.last = performance.now();
      this.waitSeconds = Math.max(leastSeconds, (this.last - start) / 1000 / share);
    }
  }
}
