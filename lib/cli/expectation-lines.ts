import type { Expectations } from "../measure/expectations";
import { loadWarning } from "../measure/machine";
import { workersAdvice } from "../measure/workers-advice";
import { alignedTable } from "./terminal";

/** @returns what `binvit doctor --bench` prints: speeds, workers, and advice in a sentence */
export function expectationLines({ machine, rows, workers }: Expectations): string {
  const number = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  const speeds = rows.map(({ what, median, unit }) => [what, number(median), unit]);
  const counts = Object.keys(workers[0].images);
  const shared = workers.map(({ model, images, best }) => [
    `${model}, W1A1`,
    ...counts.map((count) => number(images[Number(count)])),
    `${best}`,
  ]);
  const warning = loadWarning(machine);
  return [
    alignedTable(["one thread, median", "here", ""], speeds),
    "",
    alignedTable(["training, images/s, by workers", ...counts, "pays"], shared),
    "",
    `workers: ${workersAdvice(workers)}`,
    ...(warning ? [warning] : []),
  ].join("\n");
}
