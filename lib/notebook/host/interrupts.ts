import { interruptCellWork } from "../cancel";
import { type Converter, type CreateExecutor, type Reporter, withConverter } from "./tslab";

/** How long work that was asked to stop may take to reach its end, ms; a second interrupt does not wait. */
const graceMs = 2000;

/**
 * An executor whose interrupts lose nothing and say so in a line.
 *
 * tslab leaves an interrupted cell at once, forgets what it declared, and prints a stack of its own functions. Here work
 * that watches a cell signal may stop by itself, so that the cell gets what was reached; what the cell declared stays
 * known to the next one; and the cell still counts as failed, so that those behind it do not run.
 *
 * @param create - tslab's own way to make an executor
 */
export const withInterrupts =
  (create: CreateExecutor): CreateExecutor =>
  (rootDir, converters, reporter) => {
    let runs = false;
    let interrupted = false;
    let forced: NodeJS.Timeout | undefined;
    // What tslab would forget: the declarations up to the cell that was interrupted, that cell included.
    let declared: string | undefined;
    let cellDeclared: string | undefined;

    const remembering = (converter: Converter): Converter => ({
      ...bound(converter),
      convert(before, source) {
        const converted = converter.convert(declared ?? before, source);
        cellDeclared = converted.diagnostics.length === 0 ? converted.declOutput : undefined;
        return converted;
      },
      inspect: (before, source, at) => converter.inspect(declared ?? before, source, at),
      complete: (before, source, at) => converter.complete(declared ?? before, source, at),
    });
    const reportOnce: Reporter = {
      ...reporter,
      error(...values) {
        if (values.length > 1) return reporter.error(...values);
        const [error] = values;
        interrupted ||= isInterruption(error);
        if (!interrupted) reporter.error(error);
        else if (isInterruption(error)) reporter.error("Interrupted: the cell was stopped.");
        else reporter.error(oneLine(error));
      },
    };
    const executor = create(rootDir, withConverter(converters, remembering), reportOnce);

    return {
      ...executor,
      async execute(source) {
        runs = true;
        interrupted = false;
        try {
          const isDone = await executor.execute(source);
          if (isDone) declared = undefined;
          if (interrupted) declared = cellDeclared ?? declared;
          return isDone && !interrupted;
        } finally {
          runs = false;
          clearTimeout(forced);
        }
      },
      interrupt() {
        const isFirst = runs && !interrupted;
        const willStop = interruptCellWork();
        interrupted = runs;
        if (isFirst && willStop) forced = setTimeout(() => executor.interrupt(), graceMs);
        else executor.interrupt();
      },
    };
  };

/** The methods of an object that may be of a class. */
function bound(converter: Converter): Converter {
  return Object.assign(Object.create(converter), converter);
}

/** What tslab, and Node for code that never waits, report of an interrupted cell. */
function isInterruption(error: unknown): boolean {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  return message === "Interrupted asynchronously" || code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** What follows from an interrupt, an assertion on a result that is not whole, say, needs no stack. */
function oneLine(error: unknown): string {
  const { name, message = String(error) } = (error ?? {}) as Partial<Error>;
  const text = message.replace(/\s+/g, " ").trim();
  return name === "CancelledError" ? text : `The rest of the cell did not run: ${name ? `${name}: ` : ""}${text}`;
}
