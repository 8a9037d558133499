import { giveDisplay } from "binvit/cells";
import { format, inspect } from "node-inspect-extracted";
import { type Require, runCell, type Scope } from "./compile";
import { loadModules } from "./modules";
import { type CellNews, type CellRequest, printed } from "./protocol";

const tell = (news: CellNews) => postMessage(news);

let current = "";
let places = 0;
let isRunning = false;

/** A place among what the cell that runs now shows. */
function openPlace(cell = current): (shown: Readonly<Record<string, unknown>>) => void {
  const place = places++;
  return (shown) => tell({ kind: "output", cell, place, shown });
}

giveDisplay(() => openPlace());
const print = (...values: unknown[]) => openPlace()({ [printed]: `${format(...values)}\n` });

const scope: Scope = {};
const modules = loadModules().then((require) => {
  // TensorFlow.js prints tensors with the console, too; what it says while it starts is of no cell.
  Object.assign(console, { log: print, info: print, warn: print, error: print, debug: print });
  return require;
});

const described = (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

async function run({ cell, source }: CellRequest): Promise<void> {
  let require: Require;
  try {
    require = await modules;
  } catch (error) {
    // Not tried again here: TensorFlow.js keeps that its module failed.
    tell({ kind: "unusable", message: described(error) });
    return;
  }
  current = cell;
  places = 0;
  isRunning = true;
  try {
    const value = await runCell(source, scope, require);
    if (value !== undefined) print(typeof value === "string" ? inspect(value) : value);
    tell({ kind: "end", cell });
  } catch (error) {
    tell({ kind: "failure", cell, message: described(error) });
  }
  isRunning = false;
}

/** An error that no cell can catch any more, such as a timer's. Left to itself it would end this worker, or be lost. */
function tellLate(event: Event, error: unknown): void {
  if (current === "") return; // while modules are loaded: `run` tells their failure
  event.preventDefault();
  const since = isRunning ? "while the cell ran" : "after the cell had ended";
  tell({ kind: "late", cell: current, message: `${since}: ${described(error)}` });
}
addEventListener("error", (event) => tellLate(event, event.error ?? event.message));
addEventListener("unhandledrejection", (event) => tellLate(event, event.reason));

addEventListener("message", ({ data }: MessageEvent<CellRequest>) => run(data));
