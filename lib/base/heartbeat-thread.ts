/** The thread that changes the times of claims. */

import { utimesSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { HeartbeatOrder } from "./heartbeat";

const paths = new Set<string>();

parentPort!.on("message", ({ path, beats }: HeartbeatOrder) => {
  if (beats) paths.add(path);
  else paths.delete(path);
});

setInterval(
  () => {
    const now = Date.now() / 1000;
    for (const path of paths) {
      try {
        utimesSync(path, now, now);
      } catch {
        // Given back a moment ago, or taken away: whoever holds it learns that before writing.
      }
    }
  },
  1000 * (workerData as number),
);
