import { readFileSync } from "node:fs";
import { join } from "node:path";
import { rate } from "../lib/cli/terminal";
import type { BenchRow } from "../lib/measure/row";

/** What `binvit bench --json` wrote, of it what is told in README. */
type Recorded = { readonly rows: readonly BenchRow[] };

/** README's tables of one run by what stands in bold before them. */
const sections: Readonly<Record<string, BenchRow["bench"]>> = {
  Products: "gemm",
  "A training step": "training",
  Inference: "inference",
};

/** The rows of the table by version of Node: which row of a recorded run each is. */
const byNode: Readonly<Record<string, readonly [BenchRow["bench"], string, string]>> = {
  "float product 4096x768x3072, Gop/s": ["gemm", "4096x768x3072/float", "onnxruntime"],
  "XNOR product 4096x768x3072, Gop/s": ["gemm", "4096x768x3072", "onnxruntime"],
  "`cifar-s` W1A1 step, images/s": ["training", "cifar-s/w1a1/batch-64", "pytorch-float"],
  "packed `cifar-s`, batch 64, images/s": ["inference", "cifar-s/w1a1/batch-64", "onnxruntime"],
  "packed `cifar-s`, batch 1, images/s": ["inference", "cifar-s/w1a1/batch-1", "onnxruntime"],
};

const files = { "20": "bench-node-20.json", "22": "bench-node-22.json", "24": "bench.json" };

/** Of int8 there are two kinds, of which `binvit bench` times whichever is faster on the machine. */
const kindless = (peer: string): string => peer.replace(/^(onnxruntime-int8)-.*/, "$1");

/** @throws Error if no row is of that case and peer */
function find({ rows }: Recorded, bench: BenchRow["bench"], name: string, peer: string): BenchRow {
  const found = rows.find((row) => row.bench === bench && row.case === name && kindless(row.peer) === kindless(peer));
  if (!found) throw new Error(`The recorded bench has no ${bench} of ${name} against ${peer}: run it with every peer.`);
  return found;
}

/**
 * README with the speeds of the recorded runs. Which rows it shows is what stands in it: only figures are replaced.
 *
 * @param readme - its text
 * @param folder - where the JSON files of `binvit bench` are
 * @returns the text, every row of a speed as it was recorded
 * @throws Error if a row was not recorded
 */
export function withRecordedSpeeds(readme: string, folder: string): string {
  const recorded = Object.values(files).map((name): Recorded => JSON.parse(readFileSync(join(folder, name), "utf8")));
  const latest = recorded[recorded.length - 1];
  let bench: BenchRow["bench"] | undefined;
  const told = readme.split("\n").map((line) => {
    bench = sections[/^\*\*(.+?)\*\*/.exec(line)?.[1] ?? ""] ?? (line.startsWith("#") ? undefined : bench);
    const cells = line.split("|").map((cell) => cell.trim());
    const row = byNode[cells[1]];
    if (row) {
      const told = recorded.map((run) => find(run, ...row));
      const values = told.map(({ ours, ratio, peer }) => `${rate(ours)} (${rate(ratio.median)} × ${peer})`);
      return `| ${cells[1]} | ${values.join(" | ")} |`;
    }
    const name = /^`(.+)`$/.exec(cells[1] ?? "")?.[1];
    if (!bench || !name || cells.length !== 7) return line;
    const { peer, ours, theirs, ratio } = find(latest, bench, name, cells[2]);
    const range = `${rate(ratio.median)} (${rate(ratio.min)} … ${rate(ratio.max)})`;
    return `| \`${name}\` | ${peer} | ${rate(ours)} | ${rate(theirs)} | ${range} |`;
  });
  return told.join("\n");
}
