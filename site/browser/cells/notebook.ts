import type { CellNews, Shown } from "./protocol";

/** How a cell stands. */
export interface CellState {
  state: "recorded" | "waiting" | "running" | "done" | "failed";
  /** What this run has shown so far, by place. */
  outputs: Shown[];
  /** Why it failed, and what failed of it later, which leaves it done. */
  failure?: string | undefined;
}

/** What the notebook asks of a cell on the page. */
export interface CellOnPage {
  readonly id: string;
  /** Its code as it stands on the page now. */
  source(): string;
  /** Where it stands, to find its neighbours. */
  element(): Element;
}

/** As `Node.DOCUMENT_POSITION_FOLLOWING`, which is not there without a page. */
const following = 4;

/**
 * The cells of a page, run in a worker. A cell is run after those above it that have not been run as they stand now, so
 * that any can be the first.
 */
export class PageNotebook {
  private readonly cells = new Map<string, CellOnPage>();
  private readonly ran = new Map<string, string>();
  private waiting: CellOnPage[] = [];
  private worker: Worker | undefined;

  /**
   * @param newWorker - loads what runs cells
   * @param states - of each cell, where the page watches them
   */
  constructor(
    private readonly newWorker: () => Worker,
    readonly states: Record<string, CellState> = {},
  ) {}

  /** @returns takes it away again */
  add(cell: CellOnPage): () => void {
    this.cells.set(cell.id, cell);
    this.states[cell.id] = { state: "recorded", outputs: [] };
    return () => {
      this.cells.delete(cell.id);
      delete this.states[cell.id];
      if (this.cells.size === 0) this.stop();
    };
  }

  get isRunning(): boolean {
    return Object.values(this.states).some(({ state }) => state === "waiting" || state === "running");
  }

  /** Runs a cell, and before it what stands above and is not as it was run. */
  run(id: string): void {
    const cells = this.inOrder();
    const at = cells.findIndex((cell) => cell.id === id);
    this.ask(cells.filter((cell, i) => i === at || (i < at && this.ran.get(cell.id) !== cell.source())));
  }

  /** Runs every cell from the first, with no name left from before. */
  runAll(): void {
    this.stop();
    this.ask(this.inOrder());
  }

  /** Ends what runs. What cells declared is forgotten; what they showed stays. */
  stop(): void {
    this.end("Stopped.");
  }

  private inOrder(): CellOnPage[] {
    const follows = (a: CellOnPage, b: CellOnPage) => a.element().compareDocumentPosition(b.element()) & following;
    return [...this.cells.values()].sort((a, b) => (follows(a, b) ? -1 : 1));
  }

  private ask(cells: readonly CellOnPage[]): void {
    const isIdle = !this.isRunning;
    const wanted = cells.filter(({ id }) => !["waiting", "running"].includes(this.states[id].state));
    for (const { id } of wanted) this.states[id] = { state: "waiting", outputs: [] };
    this.waiting.push(...wanted);
    if (isIdle) this.next();
  }

  private next(): void {
    const cell = this.waiting.shift();
    if (!cell) return;
    const source = cell.source();
    this.ran.set(cell.id, source);
    this.states[cell.id].state = "running";
    this.worker ??= this.start();
    this.worker.postMessage({ cell: cell.id, source });
  }

  private start(): Worker {
    const worker = this.newWorker();
    const isCurrent = () => worker === this.worker; // one that was ended may have been about to say something
    worker.onmessage = ({ data }: MessageEvent<CellNews>) => {
      if (isCurrent()) this.hear(data);
    };
    worker.onerror = ({ message }) => {
      if (isCurrent()) this.end(message || "What runs cells could not be loaded.");
    };
    return worker;
  }

  /** Without its worker what cells declared is gone; the next one that is asked for begins anew in another. */
  private end(failure: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.ran.clear();
    this.giveUp(failure);
  }

  private hear(news: CellNews): void {
    if (news.kind === "unusable") {
      this.end(news.message);
      return;
    }
    const state = this.states[news.cell];
    if (!state) return;
    if (news.kind === "output") state.outputs[news.place] = news.shown;
    else if (news.kind === "late") state.failure = below(state.failure, news.message);
    else if (news.kind === "failure") this.giveUp(news.message);
    else {
      state.state = "done";
      this.next();
    }
  }

  /** The cell that runs has failed; those that wait would need its names. */
  private giveUp(failure: string): void {
    this.waiting = [];
    for (const [id, state] of Object.entries(this.states)) {
      if (state.state === "running") Object.assign(state, { state: "failed", failure: below(state.failure, failure) });
      if (state.state === "waiting") state.state = "recorded";
      if (state.state !== "done") this.ran.delete(id);
    }
  }
}

const below = (before: string | undefined, text: string): string => (before ? `${before}\n${text}` : text);
