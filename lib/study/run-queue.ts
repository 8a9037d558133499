/** What can be waited for, and needs others. */
interface Waiting<T> {
  readonly needs: readonly T[];
}

/**
 * Hands out what is to be done, each only once what it needs is done; what needs something that failed fails with it.
 */
export class RunQueue<T extends Waiting<T>> {
  private readonly waiting: Set<T>;
  private readonly postponed = new Map<T, NodeJS.Timeout>();
  /** What is not done yet: waiting, postponed or handed out. */
  private readonly open: Set<T>;
  private closed = false;
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

  /** @returns the next one that can be done, when there is one; undefined when nothing is left to hand out */
  async next(): Promise<T | undefined> {
    while (!this.closed && this.waiting.size + this.postponed.size > 0) {
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

  /** Takes back what was handed out: it is handed out again, after all others that can be done now. */
  later(item: T, milliseconds: number): void {
    if (this.closed) return;
    const timer = setTimeout(() => {
      this.postponed.delete(item);
      this.waiting.add(item);
      this.tell();
    }, milliseconds);
    this.postponed.set(item, timer);
    this.tell();
  }

  /** @returns whether something that is not done yet needs it */
  isNeeded(item: T): boolean {
    return [...this.open].some(({ needs }) => needs.includes(item));
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

  /** Hands out nothing any longer. */
  close(): void {
    this.closed = true;
    for (const timer of this.postponed.values()) clearTimeout(timer);
    this.postponed.clear();
    this.tell();
  }

  private tell(): void {
    this.wake();
    this.settled = new Promise((resolve) => (this.wake = resolve));
  }
}
