/** What can be waited for, and needs others. */
interface Waiting<T> {
  readonly needs: readonly T[];
}

/**
 * Hands out what is to be done, each only once what it needs is done; what needs something that failed fails with it.
 */
export class RunQueue<T extends Waiting<T>> {
  private readonly waiting: Set<T>;
  private wake = () => {};
  private settled = new Promise<void>((resolve) => (this.wake = resolve));

  /**
   * @param items - to be done; what they need and is not among them is done already
   * @param onLost - called for what can no longer be done, with what it needed and failed
   */
  constructor(
    items: readonly T[],
    private readonly onLost: (item: T, needed: T) => void,
  ) {
    this.waiting = new Set(items);
    this.open = new Set(items);
  }

  /** What is not done yet, waiting or handed out. */
  private readonly open: Set<T>;

  /** @returns the next one that can be done, when there is one; undefined when nothing is left to hand out */
  async next(): Promise<T | undefined> {
    while (this.waiting.size > 0) {
      const ready = [...this.waiting].find(({ needs }) => !needs.some((needed) => this.open.has(needed)));
      if (ready) {
        this.waiting.delete(ready);
        return ready;
      }
      await this.settled;
    }
    return undefined;
  }

  /** Tells that what was handed out is done. */
  done(item: T): void {
    this.open.delete(item);
    this.tell();
  }

  /** Tells that it failed. */
  failed(item: T): void {
    for (const other of [...this.waiting]) {
      if (!other.needs.includes(item) || !this.waiting.delete(other)) continue;
      this.onLost(other, item);
      this.failed(other);
    }
    this.tell();
  }

  private tell(): void {
    this.wake();
    this.settled = new Promise((resolve) => (this.wake = resolve));
  }
}
