import { CancelledError } from "../base/errors";
import { insideKernel } from "./live-display";

let current: AbortController | undefined;
let listening = false;

/** Why the signal of an interrupted cell is aborted. */
class Interrupt extends CancelledError {}

/**
 * A signal for the work a cell starts: aborted when the cell is interrupted, and when a later call starts other work.
 *
 * tslab stops waiting for an interrupted cell, but an asynchronous loop it started goes on; a loop that watches this
 * signal stops. It must let the event loop turn now and then (`await tf.nextFrame()`), or no interrupt gets through;
 * `train` does so after every step.
 *
 * @returns the signal; its reason is a CancelledError
 */
export function newCellSignal(): AbortSignal {
  current?.abort(new CancelledError("Stopped, because a newer run took its place."));
  current = new AbortController();
  // Only in a kernel, which survives interrupts: elsewhere a listener would keep Ctrl-C from ending the process.
  if (insideKernel() && !listening) {
    listening = true;
    // Later, because Node sets SIGINT's listeners aside while it runs a cell, and one that is added meanwhile keeps it
    // from putting them back: the next interrupt would then end the kernel.
    setImmediate(() => process.on("SIGINT", interruptCellWork));
  }
  return current.signal;
}

/**
 * Aborts the signal of the last cell that asked for one.
 *
 * @returns whether there was one to abort, so that whoever watches it will stop by himself
 */
export function interruptCellWork(): boolean {
  if (!current || current.signal.aborted) return false;
  current.abort(new Interrupt("Stopped by an interrupt."));
  return true;
}

/** Whether it was an interrupt that aborted this signal. */
export function wasInterrupted(signal: AbortSignal | undefined): boolean {
  return signal?.reason instanceof Interrupt;
}
