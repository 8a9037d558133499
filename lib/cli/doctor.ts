import type { Command } from "commander";
import { BinvitError } from "../base/errors";
import type { Expectations } from "../measure/expectations";
import { alignedTable, bar, StatusLine } from "./terminal";

/** `binvit doctor`: what this machine has, what the kit uses, and how to get more. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description("say which Node, packages, backend and data sets are here, and how to get what is better")
    .option("--bench", "also measure, in some seconds, what to expect of this machine and which number of workers pays")
    .option("--json", "print JSON instead")
    .addHelpText("after", "\nExamples:\n  binvit doctor\n  binvit doctor --bench")
    .action((options: DoctorOptions) => printDoctor(options));
}

interface DoctorOptions {
  readonly json?: boolean;
  readonly bench?: boolean;
}

/**
 * Prints the report; `npm start` begins with it.
 *
 * @throws BinvitError if something that the kit cannot do without is missing
 */
export async function printDoctor(options: DoctorOptions = {}): Promise<void> {
  const { examine } = await import("../doctor");
  const report = await examine();
  if (options.json) {
    const bench = options.bench ? await measure(process.stderr) : undefined;
    console.log(JSON.stringify(bench ? { ...report, bench } : report, null, 1));
  } else {
    const mark = { ok: "ok", better: "ok", missing: "!!" } as const;
    console.log(
      alignedTable(
        ["", "what", "found"],
        report.checks.map((c) => [mark[c.state], c.name, c.found]),
      ),
    );
    const advised = report.checks.filter((check) => check.advice);
    if (advised.length > 0) console.log(`\n${advised.map((check) => `${check.name}: ${check.advice}`).join("\n")}`);
    if (options.bench) {
      const { expectationLines } = await import("./expectation-lines");
      console.log(expectationLines(await measure(process.stdout)));
    }
  }
  const missing = report.checks.filter((check) => check.state === "missing").map((check) => check.name);
  if (missing.length > 0) throw new BinvitError(`The kit needs ${missing.join(" and ")}; the report says what to do.`);
}

async function measure(stream: NodeJS.WriteStream): Promise<Expectations> {
  const { measureExpectations } = await import("../measure/expectations");
  if (stream === process.stdout) stream.write("\n");
  const status = new StatusLine(15, stream);
  const result = await measureExpectations({ onProgress: (what, share) => status.update(`${bar(share)} ${what}`) });
  status.done();
  return result;
}
