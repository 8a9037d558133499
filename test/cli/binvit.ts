import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../../lib/base/kit-root";

/** What a command left on the terminal. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

const launcher = join(kitRoot(), "lib", "bin", "binvit.js");

/**
 * Runs the built command line as a user would.
 *
 * @param words - everything after `binvit`
 * @param options - working folder; `interruptAt` sends `signal` (SIGINT) when the output matches
 */
export function binvit(
  words: readonly string[],
  options: { readonly cwd?: string; readonly interruptAt?: RegExp; readonly signal?: NodeJS.Signals } = {},
): Promise<Outcome> {
  if (!existsSync(join(kitRoot(), "lib", "dist", "cli", "main.js"))) {
    throw new Error("lib/dist is missing: run `npm run build` before these tests.");
  }
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, ...words], {
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    let interrupted = false;
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (!interrupted && options.interruptAt?.test(stdout)) {
        interrupted = true;
        child.kill(options.signal ?? "SIGINT");
      }
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr, seconds: (performance.now() - startedAt) / 1000 }));
  });
}
