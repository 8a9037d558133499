import { parseArgs } from "node:util";
import { extendRequire, extendTypeScript } from "./resolve";
import { startKernel } from "./start";

/**
 * Starts the tslab kernel in this process as Jupyter's kernelspec says: `kernel --config-path=FILE`.
 *
 * Without a connection file it says so on stderr and exits with code 2.
 *
 * @param words - arguments of the command line
 */
export function launch(words: readonly string[]): void {
  const options = { "config-path": { type: "string" } } as const;
  const { values } = parseArgs({ args: [...words], options, allowPositionals: true });
  const configPath = values["config-path"];
  if (configPath === undefined) {
    console.error("Usage: node kernel.js kernel --config-path=FILE, where FILE is a Jupyter connection file.");
    process.exit(2);
  }
  extendRequire();
  extendTypeScript();
  startKernel(configPath);
}
