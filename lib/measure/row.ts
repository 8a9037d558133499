import type { Measurements } from "./interleave";
import { type Spread, spread } from "./spread";

/** Ours against one peer on one case. */
export interface BenchRow {
  readonly bench: "gemm" | "inference" | "training";
  /** Size or model, bits and batch, e.g. `cifar-s/w1a1/batch-64`. */
  readonly case: string;
  readonly peer: string;
  /** Throughput, median over the rounds. */
  readonly ours: number;
  readonly theirs: number;
  readonly unit: "Gop/s" | "images/s";
  /** ours / theirs, round by round. */
  readonly ratio: Spread;
}

/** Which measurements a row compares. */
export interface Comparison {
  readonly case: string;
  /** Name of our measurement. */
  readonly ours: string;
  /** Names of the measurements of its peers, by what the rows call them; those that were not measured are left out. */
  readonly peers: Readonly<Record<string, string>>;
}

/**
 * Turns seconds into rows.
 *
 * @param bench - which
 * @param unit - of throughput
 * @param work - images, or 1e9 operations, of one run
 * @param measurements - from `interleave`
 * @param comparison - what with what
 */
export function compare(
  bench: BenchRow["bench"],
  unit: BenchRow["unit"],
  work: number,
  measurements: Measurements,
  comparison: Comparison,
): BenchRow[] {
  const ran = (seconds: readonly (number | undefined)[]) => seconds.filter((s): s is number => s !== undefined);
  const throughput = (seconds: readonly (number | undefined)[]) => spread(ran(seconds).map((s) => work / s)).median;
  const ours = measurements[comparison.ours];
  return Object.entries(comparison.peers)
    .filter(([, name]) => measurements[name])
    .map(([peer, name]) => {
      const theirs = measurements[name];
      // Theirs over ours in seconds; the first round has both, whatever is slow.
      const ratios = ours.map((mine, round) => mine && theirs[round] && (theirs[round] as number) / mine);
      return {
        bench,
        case: comparison.case,
        peer,
        ours: throughput(ours),
        theirs: throughput(theirs),
        unit,
        ratio: spread(ran(ratios)),
      };
    });
}
