import type { Command } from "commander";
import { BinvitError } from "../base/errors";
import { alignedTable } from "./terminal";

/** `binvit doctor`: what this machine has, what the kit uses, and how to get more. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say which Node, packages, backend and data sets are here, and how to get what is better")
    .option("--json", "print JSON instead")
    .addHelpText("after", "\nExample:\n  binvit doctor")
    .action((options: { readonly json?: boolean }) => printDoctor(options));
}

/**
 * Prints the report; `npm start` begins with it.
 *
 * @throws BinvitError if something that the kit cannot do without is missing
 */
export async function printDoctor(options: { readonly json?: boolean } = {}): Promise<void> {
  const { examine } = await import("../doctor");
  const report = await examine();
  if (options.json) console.log(JSON.stringify(report, null, 1));
  else {
    const mark = { ok: "ok", better: "ok", missing: "!!" } as const;
    console.log(
      alignedTable(
        ["", "what", "found"],
        report.checks.map((c) => [mark[c.state], c.name, c.found]),
      ),
    );
    const advised = report.checks.filter((check) => check.advice);
    if (advised.length > 0) console.log(`\n${advised.map((check) => `${check.name}: ${check.advice}`).join("\n")}`);
  }
  const missing = report.checks.filter((check) => check.state === "missing").map((check) => check.name);
  if (missing.length > 0) throw new BinvitError(`The kit needs ${missing.join(" and ")}; the report says what to do.`);
}
