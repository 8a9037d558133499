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
  const { comparisonTable } = await import("../study/comparison-table");
  const records = loadStudy(results, (problem) => console.error(`binvit: ${problem}`));
  for (const { name, statement, comparisons } of testClaims(records)) {
    console.log(`\n${name}  ${statement}`);
    if (comparisons.length === 0) {
      console.log("   Not tested: fewer than two seeds of these rows are there.");
      continue;
    }
    const { columns, rows } = comparisonTable(comparisons);
    console.log(alignedTable(columns, rows));
  }
  console.log(
    "\nA difference is called one if its interval for all comparisons at once excludes zero; p is corrected by Holm's steps.",
  );
}
