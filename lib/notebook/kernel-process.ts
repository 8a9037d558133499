import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { NotebookError } from "../base/errors";
import { kitRoot } from "../base/kit-root";
import type { Connection } from "./connection";
import type { Access } from "./host/reads";
import { readsVariable } from "./host/start";

/** How much of what the kernel printed outside of any cell is kept for error messages, in characters. */
const keptText = 2000;

/** A tslab process with its connection file; it never outlives this process. */
export class KernelProcess {
  /** Rejects once the process is gone; never fulfils. */
  readonly death: Promise<never>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #readsFile: string;
  readonly #kill = () => this.#child.kill("SIGKILL");
  #printed = "";
  #alive = true;

  /**
   * Starts `tslab kernel`.
   *
   * @param connection - what the kernel is to listen on
   * @param cwd - folder that imports and relative paths in cells start from
   */
  constructor(connection: Connection, cwd: string) {
    this.#folder = mkdtempSync(path.join(tmpdir(), "binvit-kernel-"));
    this.#readsFile = path.join(this.#folder, "reads.jsonl");
    const file = path.join(this.#folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
    const launcher = path.join(kitRoot(), "lib", "bin", "kernel.js");
    this.#child = spawn(process.execPath, [launcher, "kernel", `--config-path=${file}`], {
      cwd,
      // Harmless warnings of Node would look like failed cells: tslab reports errors on stderr as well.
      env: {
        ...process.env,
        NODE_NO_WARNINGS: "1",
        JPY_PARENT_PID: String(process.pid),
        [readsVariable]: this.#readsFile,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#printed = (this.#printed + text).slice(-keptText);
      });
    }
    process.on("exit", this.#kill);
    this.death = new Promise((_, reject) => {
      this.#child.on("error", (error) => this.#end(reject, error.message));
      this.#child.on("close", (code, signal) => this.#end(reject, signal ?? `exit code ${code}`));
    });
    this.death.catch(() => {});
  }

  /** What the process printed outside of cells: start-up errors, crashes. */
  get printed(): string {
    return this.#printed.trim();
  }

  /** What cells have read so far, in order. */
  get reads(): readonly (readonly [Access, string])[] {
    const text = existsSync(this.#readsFile) ? readFileSync(this.#readsFile, "utf8") : "";
    return text.split("\n").flatMap((line) => (line ? [JSON.parse(line)] : []));
  }

  /** Ctrl-C, as Jupyter sends it. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }

  /**
   * Waits for the process to end by itself, then ends it.
   *
   * @param graceMs - how long to wait, ms
   */
  async end(graceMs: number): Promise<void> {
    const timer = setTimeout(this.#kill, graceMs);
    await this.death.catch(() => {});
    clearTimeout(timer);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #end(reject: (error: NotebookError) => void, how: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    process.off("exit", this.#kill);
    const printed = this.printed;
    reject(new NotebookError(`the kernel died (${how})${printed ? `:\n${printed}` : "; it printed nothing"}`));
  }
}
