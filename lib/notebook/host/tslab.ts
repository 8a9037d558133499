/** Turns a cell's TypeScript into JavaScript, with what earlier cells declared in mind. */
export interface Converter {
  convert(declared: string, source: string): { readonly declOutput?: string; readonly diagnostics: readonly unknown[] };
  inspect(declared: string, source: string, position: number): unknown;
  complete(declared: string, source: string, position: number): unknown;
}

/** One converter for cells that run here, another for those that run in a browser. */
export interface Converters {
  readonly node: Converter;
  readonly browser: Converter;
  close(): void;
}

/** Runs cells, one at a time. */
export interface Executor {
  /** @returns whether the cell ran to its end */
  execute(source: string): Promise<boolean>;
  /** Ends the wait for the cell that runs. */
  interrupt(): void;
}

/** Where tslab reports what is wrong with a cell. */
export interface Reporter {
  log(...values: unknown[]): void;
  error(...values: unknown[]): void;
}

export type CreateExecutor = (rootDir: string, converters: Converters, reporter: Reporter) => Executor;

/**
 * Replaces how tslab makes its executor; to be called before a kernel is started.
 *
 * @param wrap - gets tslab's own way to make one
 */
export function wrapExecutor(wrap: (create: CreateExecutor) => CreateExecutor): void {
  const tslab = require("tslab/dist/executor") as { createExecutor: CreateExecutor };
  tslab.createExecutor = wrap(tslab.createExecutor);
}

/** The same converters, with another way to convert cells that run here; tslab makes each when it is first used. */
export function withConverter(converters: Converters, wrap: (converter: Converter) => Converter): Converters {
  let node: Converter | undefined;
  return {
    get node() {
      node ??= wrap(converters.node);
      return node;
    },
    get browser() {
      return converters.browser;
    },
    close: () => converters.close(),
  };
}
