import { Worker } from "node:worker_threads";

/** How often the parent is looked for, ms. */
const everyMs = 1000;

/**
 * Ends this process soon after the one that started it is gone: Jupyter killed, its terminal closed, or the notebook
 * runner dead. Without that a kernel would go on training for ever.
 *
 * Jupyter says by `JPY_PARENT_PID` that it wants to be followed; a kernel started by hand may outlive its shell. On
 * Windows that variable holds a handle, not a process, so there the process that started this one is followed alone.
 *
 * @param wanted - value of `JPY_PARENT_PID`
 */
export function followParent(wanted: string | undefined): void {
  if (!wanted) return;
  const named = process.platform === "win32" ? Number.NaN : Number(wanted);
  const parents = { starter: process.ppid, named: named > 0 && named !== process.ppid ? named : undefined };
  // A thread watches, because a cell in a tight loop never lets the main one look.
  new Worker(watch, { eval: true, workerData: { ...parents, everyMs } }).unref();
}

// A process whose starter is gone gets another one (not on Windows, where its old number stops being a process's).
const watch = `
  const { workerData: { starter, named, everyMs } } = require("node:worker_threads");
  const lives = (pid) => {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return error.code === "EPERM";
    }
  };
  const look = () => {
    const isOrphan = process.platform === "win32" ? !lives(starter) : process.ppid !== starter;
    if (isOrphan || (named !== undefined && !lives(named))) process.kill(process.pid, "SIGKILL");
  };
  look();
  setInterval(look, everyMs);
`;
