import type { Command } from "commander";
import { UsageError } from "../base/errors";
import type { RunRecord } from "../train/record";
import { alignedTable, bar, StatusLine } from "./terminal";

/** `binvit methods`: what there is, or how it compares. */
export function registerMethods(program: Command): void {
  program
    .command("methods")
    .description("list the methods to binarize a transformer, or compare the runs of a study of them")
    .option("--results <folder>", "runs or records of a study, e.g. data/results/methods")
    .option("--time", "with --results: measure the packed engine too, all methods side by side")
    .addHelpText("after", "\nExamples:\n  binvit methods\n  binvit methods --results data/results/methods --time")
    .action(run);
}

async function run(options: { readonly results?: string; readonly time?: boolean }): Promise<void> {
  if (options.results === undefined && options.time) {
    throw new UsageError("--time measures the runs of a study: say which with --results, e.g. data/results/methods.");
  }
  if (options.results === undefined) return list();
  const { loadStudy } = await import("../study/records");
  const { byDataset } = await import("../study/by-dataset");
  const studies = byDataset(loadStudy(options.results));
  for (const [dataset, records] of studies) {
    if (studies.size > 1) console.log(`\nOn ${dataset}`);
    await compare(records, options);
  }
}

async function compare(records: readonly RunRecord[], options: { readonly time?: boolean }): Promise<void> {
  const { methodRows } = await import("../study/method-rows");
  const rows = methodRows(records);
  const status = new StatusLine();
  const { methodTimes } = await import("../study/method-times");
  const times = options.time
    ? await methodTimes(rows, { onProgress: (what, share) => status.update(`${bar(share)} ${what}`) })
    : undefined;
  status.done();
  const count = (n: number) => (n === 0 ? "-" : n.toLocaleString("en-US"));
  const refused = [...new Set(rows.flatMap((row) => (row.refused ? [row.refused] : [])))];
  const cells = rows.map((row) => {
    const { mean, low, high, count: seeds } = row.accuracy;
    const time = times?.get(row.name);
    return [
      row.component,
      row.scale,
      row.title,
      `${(100 * mean).toFixed(1)}`,
      seeds > 1 ? `${Math.max(0, 100 * low).toFixed(1)} … ${Math.min(100, 100 * high).toFixed(1)}` : "-",
      `${seeds}`,
      count(row.bytesPacked),
      count(row.binaryMacs),
      count(row.macs),
      ...(times ? [time ? time.median.toFixed(1) : "-"] : []),
      row.refused ? `no (${refused.indexOf(row.refused) + 1})` : "yes",
    ];
  });
  const titles = ["component", "method", "title", "accuracy %", "95% interval", "seeds", "packed bytes"];
  const further = ["binary MACs", "float MACs", ...(times ? ["µs an image"] : []), "packs"];
  console.log(alignedTable([...titles, ...further], cells));
  console.log(
    "\nBytes and multiply-accumulates (MACs) are those of `binvit summary`, of one image." +
      (times ? " Times are medians of the packed engine, 64 images at a time, one thread, measured side by side." : ""),
  );
  for (const [i, reason] of refused.entries()) console.log(`(${i + 1}) neither packs nor exports: ${reason}.`);
}

async function list(): Promise<void> {
  const { methods } = await import("../binarize/methods");
  const { binarizers } = await import("../binarize/registry");
  const named = (choice: "off" | { readonly quantizer: string }) => (choice === "off" ? "-" : choice.quantizer);
  const rows = Object.entries(methods).map(([name, { title, reference }]) => {
    const { weight, input, operand, probabilities } = binarizers[name as keyof typeof binarizers];
    return [name, title, named(weight), named(input), named(operand), named(probabilities), reference];
  });
  console.log(alignedTable(["method", "title", "weights", "inputs", "q, k, v", "probabilities", "reference"], rows));
  console.log("\nUse one with `--set model.binarize.mlp=<method>`; docs/methods.md has the equations.");
}
