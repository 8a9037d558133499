import { Command, CommanderError } from "commander";
import { BinvitError, UsageError } from "../base/errors";
import { version } from "../base/version";
import { registerBench } from "./bench";
import { registerClaims } from "./claims";
import { registerData } from "./data";
import { registerDiagnose } from "./diagnose";
import { registerDoctor } from "./doctor";
import { registerEval } from "./eval";
import { registerExport } from "./export";
import { registerFigures } from "./figures";
import { interruptCode } from "./interrupt";
import { registerMethods } from "./methods";
import { registerNotebooks } from "./notebooks";
import { registerPack } from "./pack";
import { registerStart } from "./start";
import { registerStudy } from "./study";
import { registerSummary } from "./summary";
import { registerTrain } from "./train";
import { registerVerify } from "./verify";
import { registerVerifyPacked } from "./verify-packed";

/** The `binvit` command with all its subcommands. */
export function createProgram(): Command {
  const program = new Command("binvit")
    .description("Binarized vision transformers with floating-point scaling factors: train, compare, measure.")
    .version(version)
    .option("--debug", "print stack traces of errors")
    .enablePositionalOptions() // what follows `study work` is its own, also where `study` has an option of that name
    .configureOutput({
      outputError: (text, write) => write(`binvit: ${text.replace(/^error: /, "").replace(/\n(?=.)/, " ")}`),
    })
    .showHelpAfterError("Run with --help to see what is possible.")
    .hook("preAction", (_, command) => refuseEmptyValues(command))
    .exitOverride(); // every command takes these settings over when it is made
  for (const register of [
    registerStart,
    registerDoctor,
    registerTrain,
    registerStudy,
    registerClaims,
    registerMethods,
    registerSummary,
    registerEval,
    registerDiagnose,
    registerPack,
    registerVerifyPacked,
    registerExport,
    registerFigures,
    registerNotebooks,
    registerData,
    registerVerify,
    registerBench,
  ]) {
    register(program);
  }
  return program;
}

// A variable of the shell that is not set: a file of no name would be the folder one stands in.
function refuseEmptyValues(command: Command): void {
  for (const option of command.options) {
    if (command.getOptionValue(option.attributeName()) !== "") continue;
    throw new UsageError(`${option.long} expects ${/<.*>/.exec(option.flags)}, got "".`);
  }
}

/**
 * Runs the command line and sets the exit code: 0 done, 1 failed, 2 wrong usage, 128 and the signal's number if
 * interrupted (130 for Ctrl-C).
 *
 * @param argv - as in `process.argv`
 */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on("error", endOfOutput);
  const code = await runCommand(argv);
  if (code !== 0) process.exitCode = code;
}

/**
 * Runs a command, and leaves the process as it is.
 *
 * @param argv - as in `process.argv`
 * @returns the exit code
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
  try {
    await createProgram().parseAsync(argv.filter((word) => word !== "--debug")); // which may stand anywhere
    return 0;
  } catch (error) {
    return report(error, argv.includes("--debug"));
  }
}

// A reader that has seen enough, as in `| head`, ends the command; anything else is a full disk.
function endOfOutput(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") process.stderr.write(`binvit: The output cannot be written: ${error.message}\n`);
  process.exit(error.code === "EPIPE" ? 0 : 1);
}

async function report(error: unknown, debug: boolean): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  const { name, message, stack } = error as Error;
  const missing = /^Cannot find (?:module|package) '([^'./][^']*)'/.exec(message)?.[1];
  if (debug) console.error(stack);
  else if (missing) {
    console.error(
      `binvit: The package ${missing} is not installed. Run \`npm ci\` in the kit's folder, then try again.`,
    );
  } else if (error instanceof BinvitError) console.error(`binvit: ${message}`);
  else if ((await import("../backend/out-of-memory")).isOutOfMemory(error)) {
    console.error(`binvit: The memory ran out. Choose a smaller model, or smaller batches.`);
  } else console.error(`binvit: ${name}: ${message.split("\n")[0]}\nThis looks like a defect. Run again with --debug.`);
  if (error instanceof UsageError) return 2;
  return name === "CancelledError" ? interruptCode() : 1;
}
