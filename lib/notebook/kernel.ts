import { setTimeout as delay } from "node:timers/promises";
import { CancelledError, NotebookError } from "../base/errors";
import { Channels } from "./channels";
import { type Connection, newConnection } from "./connection";
import type { Access } from "./host/reads";
import { KernelProcess } from "./kernel-process";
import type { KernelMessage } from "./messages";

/** How long a kernel may take until it answers, ms; loading the TypeScript compiler takes about one second. */
const startLimitMs = 60_000;
/** tslab drops requests for 200 ms after a failed one; see {@link Kernel.execute}. */
const droppedMs = 250;

/** Something a cell printed or displayed: a message of the iopub channel. */
export interface KernelOutput {
  readonly type: "stream" | "display_data" | "update_display_data" | "execute_result" | "error";
  readonly content: Readonly<Record<string, unknown>>;
}

/** How {@link Kernel.execute} runs a cell. */
export interface ExecuteOptions {
  /** Gets what the cell puts out, in order; also what it puts out later, from code it left running. */
  readonly onOutput?: (output: KernelOutput) => void;
  /** Time limit, ms; none by default. */
  readonly timeoutMs?: number;
  /** Stops the cell and the wait for it. */
  readonly signal?: AbortSignal;
}

interface Waiting {
  onOutput: ((output: KernelOutput) => void) | undefined;
  reply?: KernelMessage;
  idle?: boolean;
  settle: () => void;
}

const outputTypes = new Set(["stream", "display_data", "update_display_data", "execute_result", "error"]);

/** A running tslab kernel, driven over the Jupyter protocol as Jupyter itself would. */
export class Kernel {
  readonly #process: KernelProcess;
  readonly #channels: Channels;
  readonly #waiting = new Map<string, Waiting>();

  private constructor(
    kernelProcess: KernelProcess,
    /** For further clients of the same kernel. */
    readonly connection: Connection,
    connect: (kernel: Kernel) => Channels,
  ) {
    this.#process = kernelProcess;
    this.#channels = connect(this);
  }

  /**
   * Starts a kernel and waits until it answers.
   *
   * @param cwd - folder the kernel runs in: the notebook's own, as in Jupyter
   * @throws NotebookError when it does not start; the message holds what it printed
   */
  static async start(cwd: string): Promise<Kernel> {
    for (let attempt = 1; ; attempt++) {
      const connection = await newConnection();
      const started = new KernelProcess(connection, cwd);
      const kernel = new Kernel(
        started,
        connection,
        (self) => new Channels(connection, (channel, message) => self.#receive(channel, message)),
      );
      try {
        await kernel.#connected();
        return kernel;
      } catch (error) {
        await kernel.#close(0);
        // Another program can take a port between the choice and the kernel's start.
        if (attempt < 3 && /address already in use|EADDRINUSE/i.test(started.printed)) continue;
        throw error;
      }
    }
  }

  /**
   * Runs one cell and waits until the kernel is idle again.
   *
   * @param code - TypeScript source
   * @returns `ok`, or `error` when the cell failed; what went wrong is on its stderr, tslab sends no error output
   * @throws NotebookError when the time is up or the kernel dies; CancelledError when `signal` stops the wait.
   *   Either way the cell may still be running: interrupt has been sent, {@link shutdown} ends it for certain.
   */
  async execute(code: string, { onOutput, timeoutMs, signal }: ExecuteOptions = {}): Promise<"ok" | "error"> {
    const content = { code, silent: false, store_history: true, allow_stdin: false, stop_on_error: true };
    const stop = new AbortController();
    const limits = [stopped(signal, stop.signal), timeUp(timeoutMs, stop.signal)];
    try {
      for (;;) {
        const reply = await Promise.race([this.#request("execute_request", content, onOutput), ...limits]);
        const status = reply.content.status;
        if (status === "ok" || status === "error") {
          // One more round trip: a rejected promise that nobody handles is reported only after the reply.
          await Promise.race([this.#request("kernel_info_request", {}), ...limits]);
          return status;
        }
        await Promise.race([delay(droppedMs), ...limits]);
      }
    } catch (error) {
      this.interrupt();
      throw error;
    } finally {
      stop.abort();
    }
  }

  /** Ctrl-C: stops the cell that runs. Code it left running goes on, unless it watches a cell signal. */
  interrupt(): void {
    this.#process.interrupt();
  }

  /** What cells have read so far, in order: how, and an absolute path. */
  get reads(): readonly (readonly [Access, string])[] {
    return this.#process.reads;
  }

  /** Asks the kernel to end, and ends it if it does not within a second. */
  async shutdown(): Promise<void> {
    this.#channels.send("control", "shutdown_request", { restart: false });
    await this.#close(1000);
  }

  async #close(graceMs: number): Promise<void> {
    await this.#process.end(graceMs);
    this.#channels.close();
  }

  /** Repeats a harmless request until both its reply and its published status arrive: subscriptions take time. */
  async #connected(): Promise<void> {
    const stop = new AbortController();
    const limit = delay(startLimitMs, undefined, { signal: stop.signal }).then(() => {
      const printed = this.#process.printed || "nothing";
      throw new NotebookError(`the kernel did not answer within ${startLimitMs / 1000} s; it printed:\n${printed}`);
    });
    limit.catch(() => {});
    try {
      for (let connected = false; !connected; ) {
        const answered = this.#request("kernel_info_request", {}).then(() => true);
        connected = await Promise.race([answered, limit, delay(200, false, { signal: stop.signal })]);
        if (/UnhandledPromiseRejection/.test(this.#process.printed)) {
          throw new NotebookError(`the kernel did not start:\n${this.#process.printed}`);
        }
      }
    } finally {
      stop.abort();
    }
  }

  /** Sends on the shell channel; done when the reply has come and the kernel has published that it is idle. */
  async #request(type: string, content: object, onOutput?: (output: KernelOutput) => void): Promise<KernelMessage> {
    const id = this.#channels.send("shell", type, content);
    const answer = new Promise<KernelMessage>((resolve) => {
      const waiting: Waiting = {
        onOutput,
        settle: () => waiting.idle && waiting.reply && resolve(waiting.reply),
      };
      this.#waiting.set(id, waiting);
    });
    return Promise.race([answer, this.#process.death]);
  }

  #receive(channel: "iopub" | "shell", message: KernelMessage): void {
    const waiting = this.#waiting.get(message.parent.msg_id ?? "");
    if (waiting === undefined) return;
    const type = message.header.msg_type;
    if (channel === "shell") waiting.reply = message;
    else if (type === "status" && message.content.execution_state === "idle") waiting.idle = true;
    else if (outputTypes.has(type))
      waiting.onOutput?.({ type: type as KernelOutput["type"], content: message.content });
    waiting.settle();
  }
}

/** Rejects when `signal` aborts; `done` takes the listener off again. */
function stopped(signal: AbortSignal | undefined, done: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    const cancel = () => reject(new CancelledError("stopped while a cell was running"));
    if (signal?.aborted) cancel();
    else signal?.addEventListener("abort", cancel, { once: true, signal: done });
  });
  promise.catch(() => {});
  return promise;
}

/** Rejects after `timeoutMs`; `done` clears the timer. */
function timeUp(timeoutMs: number | undefined, done: AbortSignal): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    if (timeoutMs === undefined) return;
    const timer = setTimeout(() => {
      reject(new NotebookError(`not finished within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    done.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
  promise.catch(() => {});
  return promise;
}
