import type { Command } from "commander";
import { alignedTable } from "./terminal";

/** `binvit claims`: what a study's records say of the report's claims. */
export function registerClaims(program: Command): void {
  program
    .command("claims")
    .description("test the report's claims on the records of a study, paired by seed and corrected for their number")
    .option("--results <place>", "a recorded study's name or a folder of runs", "quick")
    .addHelpText("after", "\nExamples:\n  binvit claims\n  binvit claims --results runs/quick")
    .action(run);
}

async function run({ results }: { readonly results: string }): Promise<void> {
  const { loadStudy } = await import("../study/records");
  const { testClaims } = await import("../study/claims");
  const records = loadStudy(results, (problem) => console.error(`binvit: ${problem}`));
  const point = (share: number) => (100 * share).toFixed(1).replace("-", "−");
  const points = (low: number, high: number) => `${point(low)} … ${point(high)}`;
  for (const { name, statement, comparisons } of testClaims(records)) {
    console.log(`\n${name}  ${statement}`);
    if (comparisons.length === 0) {
      console.log("   Not tested: fewer than two seeds of these rows are there.");
      continue;
    }
    const rows = comparisons.map(({ pair, difference, together, p, overImages, verdict }) => [
      pair.join(" − "),
      String(difference.count),
      point(difference.mean),
      points(difference.low, difference.high),
      points(together.low, together.high),
      p < 0.001 ? "< 0.001" : p.toFixed(3),
      overImages ? points(overImages.low, overImages.high) : "-",
      verdict,
    ]);
    const titles = [
      "points of test accuracy",
      "seeds",
      "mean",
      "95%",
      "95%, all at once",
      "p",
      "95%, other images",
      "better?",
    ];
    console.log(alignedTable(titles, rows));
  }
  console.log(
    "\nA difference is called one if its interval for all comparisons at once excludes zero; p is corrected by Holm's steps.",
  );
}
