import { basename, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { UsageError } from "../base/errors";
import type { Diagnosis } from "../diagnose/diagnosis";
import { diagnosticNames } from "../diagnose/names";
import type { Subject } from "../diagnose/subject";
import { dataToEvaluate, finishedRun, prepareBeside, trainedOn } from "./finished-run";
import { backendChoice, backendOption, collect, oneOf } from "./run-input";
import { StatusLine } from "./terminal";

interface DiagnoseOptions {
  readonly against?: string;
  readonly out?: string;
  readonly json?: string;
  readonly only?: readonly string[];
  readonly folder?: string;
  readonly backend: string;
}

/** `binvit diagnose`: what a finished run is made of, and what it relies on. */
export function registerDiagnose(program: Command): void {
  program
    .command("diagnose")
    .description("look into a finished run, or into two side by side: tables here, figures as SVG and PNG")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .option("--against <run>", "another run on the same data, e.g. the float model")
    .option("--out <folder>", "where the figures go (default: diagnosis/ in the run's folder)")
    .option("--json <file>", "also write what was found there, for `binvit figures --results <file>`")
    .addOption(new Option("--only <name>", `one of ${diagnosticNames.join(", ")} (repeatable)`).argParser(collect))
    .option("--folder <folder>", "where the data set lies")
    .addOption(backendOption())
    .addHelpText(
      "after",
      "\nExamples:\n  binvit diagnose runs/digits-s1-0a1b2c3d\n" +
        "  binvit diagnose runs/quick/mlp-s1 --against runs/quick/float-s1 --only calibration --out runs/mlp\n" +
        "  binvit diagnose runs/binary --against runs/float --json runs/diagnosis.json",
    )
    .action(run);
}

async function run(folder: string, options: DiagnoseOptions): Promise<void> {
  const { against, json, out = join(folder, "diagnosis") } = options;
  const only = options.only?.map((name) => oneOf("--only", name, diagnosticNames));
  const { prepareFolder } = await import("../base/files");
  const { isStandardOutput } = await import("../base/written-place");
  const { useBackend } = await import("../backend/select");
  const backend = backendChoice(options.backend);
  const folders = [folder, ...(against === undefined ? [] : [against])];
  const records = await Promise.all(folders.map(finishedRun));
  if (records.some(({ dataset }) => dataset.sha256 !== records[0].dataset.sha256)) {
    throw new UsageError(
      `--against expects a run on the same data: ${records.map(({ dataset }) => dataset.name).join(" and ")} differ.`,
    );
  }
  prepareFolder(out);
  if (json !== undefined) for (const one of folders) await prepareBeside(one, json);
  await useBackend(backend);
  const dataset = await dataToEvaluate(records[0].config.model, trainedOn(records[0]), { folder: options.folder });
  const { readWeights } = await import("../train/run-folder");
  const { toTensors } = await import("../vit/parameters");
  const subjects = namesOf(folders, records).map((name, i): Subject => {
    const weights = readWeights(folders[i], records[i]);
    return { name, record: records[i], weights, parameters: toTensors(weights), dataset };
  });
  const { diagnose } = await import("../diagnose/diagnosis");
  const { diagnosisTable } = await import("./diagnosis-tables");
  const { diagnosisFigures } = await import("../plot/diagnosis-figures");
  const { writeFigures } = await import("./write-figures");
  let diagnosis: Diagnosis | undefined;
  let failed: Error | undefined;
  const stream = isStandardOutput(json ?? "") ? process.stderr : process.stdout; // JSON comes out there alone
  const status = new StatusLine(Number.POSITIVE_INFINITY, stream); // where it stays, the name comes with the table
  for (const name of diagnosticNames) {
    if (only && !only.includes(name)) continue;
    status.update(name);
    try {
      diagnosis = diagnose(subjects, [name], diagnosis);
      status.done(`${name}\n\n${diagnosisTable(name, diagnosis)}\n`);
    } catch (error) {
      const failure = error as Error;
      status.done(`${name}\n\nFailed: ${failure.message}\n`);
      failure.message = `${name}: ${failure.message}`;
      failed ??= failure;
    }
  }
  if (diagnosis) {
    if (json !== undefined) {
      const { writeDiagnosis } = await import("../diagnose/diagnosis-file");
      writeDiagnosis(json, diagnosis);
    }
    await writeFigures(diagnosisFigures(diagnosis), out, undefined, stream);
  }
  if (failed) throw failed; // what the others found is kept
}

/** What the runs are called: by name, or by folder where both have one name. */
function namesOf(folders: readonly string[], records: readonly { readonly name: string }[]): string[] {
  const candidates = [records.map(({ name }) => name), folders.map((folder) => basename(resolve(folder))), folders];
  return [...(candidates.find((names) => new Set(names).size === names.length) ?? ["first", "second"])];
}
