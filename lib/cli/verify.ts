import type { Command } from "commander";
import { BinvitError } from "../base/errors";
import { backendChoice, backendOption } from "./run-input";
import { alignedTable } from "./terminal";

/** `binvit verify`: the kit's operations against reference vectors. */
export function registerVerify(program: Command): void {
  program
    .command("verify")
    .description("run a folder of reference vectors through the kit's operations; exit code 1 if any fails")
    .argument("<folder>", "one JSON file a case; the format is described in test/golden/README.md")
    .addOption(backendOption())
    .option("--json", "print JSON instead")
    .addHelpText("after", "\nExample:\n  binvit verify test/golden")
    .action(run);
}

async function run(folder: string, options: { readonly backend: string; readonly json?: boolean }): Promise<void> {
  const { useBackend } = await import("../backend/select");
  const { verifyFolder } = await import("../verify/verify");
  const backend = await useBackend(backendChoice(options.backend));
  const results = verifyFolder(folder);
  const passed = results.filter((result) => result.passed).length;
  if (options.json) {
    console.log(JSON.stringify({ backend: backend.backend, passed, total: results.length, cases: results }, null, 1));
  } else {
    const cells = results.map((r) => [
      r.passed ? "pass" : "FAIL",
      r.name,
      r.op,
      Number.isNaN(r.largestError) ? "-" : r.largestError.toExponential(1),
      r.tolerance.toExponential(0),
      r.worst,
    ]);
    console.log(alignedTable(["", "case", "operation", "largest error", "tolerance", "found in"], cells));
    for (const result of results) if (result.problem) console.log(`${result.name}: ${result.problem}`);
    console.log(`\n${passed} of ${results.length} pass on the ${backend.backend} backend.`);
  }
  if (passed < results.length) {
    throw new BinvitError(
      `${results.length - passed} of ${results.length} reference cases differ from what they expect.`,
    );
  }
}
