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
  const { byDataset } = await import("../study/by-dataset");
  const { testClaims } = await import("../study/claims");
  const { comparisonTable } = await import("../study/comparison-table");
  const records = loadStudy(results, (problem) => console.error(`binvit: ${problem}`));
  const studies = byDataset(records);
  for (const [dataset, own] of studies) {
    if (studies.size > 1) console.log(`\nOn ${dataset}`);
    for (const { name, statement, comparisons, untested } of testClaims(own)) {
      console.log(`\n${name}  ${statement}`);
      const { columns, rows } = comparisonTable(comparisons);
      if (rows.length > 0) console.log(alignedTable(columns, rows));
      for (const { pair, why } of untested) console.log(`   Not tested: ${pair.join(" − ")}, as ${why}.`);
    }
  }
  console.log(
    "\nA difference is called one if its interval for all comparisons on its data set at once excludes zero; " +
      "p is corrected by Holm's steps.",
  );
}
