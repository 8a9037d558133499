import { join } from "node:path";
import type { Command } from "commander";
import { FileError, NotebookError } from "../base/errors";
import { prepareFolder } from "../base/files";
import { interruptSignal } from "./interrupt";
import { parallelLimits, seedList, wholeNumber, workersElsewhere } from "./run-input";
import { duration } from "./terminal";

/** `binvit start`: the main job, from doctor to result table; what `npm start` runs. */
export function registerStart(program: Command): void {
  program
    .command("start")
    .description("doctor, the quick study, every figure, every lesson, and the result table")
    .option("--seeds <list>", "seeds of the quick study", "1")
    .option("--jobs <n>", "runs side by side, and notebooks", "2")
    .addOption(workersElsewhere())
    .addHelpText("after", "\nWhat is finished is not done again; an interrupted start goes on where it was.")
    .action(run);
}

async function run(options: { readonly seeds: string; readonly jobs: string }): Promise<void> {
  seedList("--seeds", options.seeds); // wrong ones are better known now than after the doctor
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const startedAt = performance.now();
  const { kitRoot } = await import("../base/kit-root");
  process.chdir(kitRoot());
  const out = join("runs", "quick");
  const places = { figures: join("runs", "figures", "quick"), notebooks: join("runs", "notebooks") };
  prepare([out, ...Object.values(places)]);
  const signal = interruptSignal();
  const { resultTable } = await import("./result-table");
  const { printDoctor } = await import("./doctor");
  const { reportFailures, trainStudy } = await import("./train-study");
  const { drawFigures } = await import("./figures");
  const { runNotebooks } = await import("./notebooks");

  heading(1, "What this machine has");
  await printDoctor();

  heading(2, "The quick study: float and binarized vision transformers on real digits");
  const { records, failures } = await trainStudy("quick", { ...options, out, signal });

  heading(3, "Figures");
  if (records.length > 0) await drawFigures(records, places.figures);
  console.log(
    "figures/ holds those of the recorded studies; `npx binvit figures` draws them again, with the same bytes.",
  );

  heading(4, "Notebooks, through the tslab kernel");
  let notebooksFailed = false;
  try {
    await runNotebooks({ solutions: false, out: places.notebooks, jobs, signal });
    console.log(
      "The solutions of the exercises train much of this again: notebooks/solutions holds them as they ran, and\n" +
        "`npx binvit notebooks run` runs them too.",
    );
  } catch (error) {
    if (!(error instanceof NotebookError)) throw error;
    notebooksFailed = true;
    console.log(`\n${error.message}`);
  }

  heading(5, "Results of your runs");
  if (records.length > 0) console.log(resultTable(records));
  console.log(`
Where to look
  runs/notebooks/       the notebooks as they ran here; notebooks/ holds the same with recorded outputs
  runs/figures/quick/   figures of your runs; figures/quick/ holds those of the recorded study (several seeds)
  runs/quick/           a folder a run: record.json and weights.safetensors
  npm run lab           open the notebooks in Jupyter

${failures.length > 0 || notebooksFailed ? "Ended after" : "Done in"} ${duration((performance.now() - startedAt) / 1000)}.`);
  reportFailures(failures, records.length);
  if (notebooksFailed) throw new NotebookError("Notebooks failed, as listed above under 4/5.");
}

/** Everything goes into the kit's own folder: that this cannot be is better known now than after ten minutes. */
function prepare(folders: readonly string[]): void {
  try {
    for (const folder of folders) prepareFolder(folder);
  } catch (error) {
    throw new FileError(`${(error as Error).message} \`start\` writes into the kit's runs/: use a copy of the kit.`);
  }
}

const heading = (step: number, text: string): void => console.log(`\n${step}/5  ${text}\n`);
