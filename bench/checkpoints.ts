// What checkpoints cost a run: `npx vite-node bench/checkpoints.ts`. Trains the digits preset, and cifar-s on generated
// images for a minute, and prints how many checkpoints were written and which share of the time that took.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useBackend } from "../lib/backend/select";
import { alignedTable } from "../lib/cli/terminal";
import { checkpointPath } from "../lib/train/checkpoint";
import { CheckpointPace } from "../lib/train/checkpoint-pace";
import { trainInto } from "../lib/train/run";
import { parseRunConfig } from "../lib/train/run-config";

const cases = {
  digits: parseRunConfig({ extends: "digits" }),
  "cifar-s": parseRunConfig({ extends: "cifar-s", dataset: { name: "shapes" } }),
};
const mostSeconds = 60;

let [spent, count] = [0, 0];
const { timed } = CheckpointPace.prototype;
CheckpointPace.prototype.timed = function (write) {
  const startedAt = performance.now();
  timed.call(this, write);
  spent += (performance.now() - startedAt) / 1000;
  count++;
};

async function main(): Promise<void> {
  await useBackend();
  const rows: string[][] = [];
  for (const [name, config] of Object.entries(cases)) {
    const folder = mkdtempSync(join(tmpdir(), "binvit-checkpoints-"));
    [spent, count] = [0, 0];
    let bytes = 0;
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(1000 * mostSeconds);
    const onStep = () => {
      bytes = statSync(checkpointPath(folder), { throwIfNoEntry: false })?.size ?? bytes;
    };
    await trainInto({ name, config, seed: 1 }, folder, { signal, onStep }).catch((error) => {
      if (!signal.aborted) throw error;
    });
    const seconds = (performance.now() - startedAt) / 1000;
    rows.push([
      name,
      seconds.toFixed(0),
      String(count),
      (bytes / 1e6).toFixed(1),
      count > 0 ? ((1000 * spent) / count).toFixed(0) : "-",
      ((100 * spent) / seconds).toFixed(2),
    ]);
    rmSync(folder, { recursive: true });
  }
  console.log(alignedTable(["run", "seconds", "checkpoints", "MB", "ms each", "% of the time"], rows));
}

void main();
