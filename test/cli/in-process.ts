import { vi } from "vitest";
import { runCommand } from "../../lib/cli/main";
import type { Outcome } from "./binvit";

/**
 * Runs a command in the process of the test: as `binvit` of binvit.ts does, without the start of Node and all packages,
 * which takes longer than most commands. One at a time, and none that trains: it would report to vitest as if that were a
 * study.
 *
 * @param words - everything after `binvit`
 * @param options - working folder
 */
export async function command(
  words: readonly string[],
  { cwd = process.cwd() }: { readonly cwd?: string } = {},
): Promise<Omit<Outcome, "seconds">> {
  const before = process.cwd();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"] as const;
  const listeners = signals.map((signal) => process.listeners(signal));
  const [stdout, stderr] = [process.stdout, process.stderr].map((stream) => {
    const written: string[] = [];
    const spy = vi.spyOn(stream, "write").mockImplementation((text) => written.push(String(text)) > 0);
    return { written, spy };
  });
  const print =
    (to: { readonly written: string[] }) =>
    (...words: unknown[]) =>
      void to.written.push(`${words.join(" ")}\n`);
  const consoles = [
    vi.spyOn(console, "log").mockImplementation(print(stdout)),
    ...(["error", "warn"] as const).map((name) => vi.spyOn(console, name).mockImplementation(print(stderr))),
  ];
  process.chdir(cwd);
  try {
    const code = await runCommand(["node", "binvit", ...words]);
    return { code, stdout: stdout.written.join(""), stderr: stderr.written.join("") };
  } finally {
    process.chdir(before);
    for (const spy of [stdout.spy, stderr.spy, ...consoles]) spy.mockRestore();
    // A command listens to Ctrl-C until its process ends.
    for (const [i, signal] of signals.entries()) {
      for (const listener of process.listeners(signal)) {
        if (!listeners[i].includes(listener)) process.removeListener(signal, listener);
      }
    }
  }
}
