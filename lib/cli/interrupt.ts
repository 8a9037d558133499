import { constants } from "node:os";

/** Ctrl-C; `kill` and time limits; a closed terminal; what clusters are told to send ahead of a time limit. */
const names = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const;

let received: NodeJS.Signals | undefined;

/**
 * A signal that SIGINT (Ctrl-C), SIGTERM, SIGHUP and SIGUSR2 abort; the same one a second time ends the process at once.
 *
 * @param followsParent - the end of the process that started this one aborts it too
 */
export function interruptSignal(followsParent = false): AbortSignal {
  const controller = new AbortController();
  for (const name of names) {
    process.once(name, () => {
      received ??= name;
      controller.abort();
    });
  }
  if (followsParent) {
    process.once("disconnect", () => controller.abort());
    process.channel?.unref(); // the listener alone would keep this process from ending
    if (!process.connected) controller.abort(); // it ended while this one started
  }
  return controller.signal;
}

/** @returns the exit code of what was stopped: 128 and the number of the signal, as a shell has it */
export const interruptCode = (): number => 128 + constants.signals[received ?? "SIGINT"];
