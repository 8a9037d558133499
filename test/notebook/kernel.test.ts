import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NotebookError } from "../../lib/errors";
import { kitRoot } from "../../lib/kit-root";
import { newConnection } from "../../lib/notebook/connection";
import { Kernel, type KernelOutput } from "../../lib/notebook/kernel";
import { temporaryFolder } from "./fixture";

let folder: string;
let kernel: Kernel;

beforeAll(async () => {
  folder = temporaryFolder();
  kernel = await Kernel.start(folder);
}, 30_000);

afterAll(async () => {
  await kernel.shutdown();
  fs.rmSync(folder, { recursive: true });
});

async function run(code: string): Promise<{ status: string; stdout: string; stderr: string; all: KernelOutput[] }> {
  const all: KernelOutput[] = [];
  const status = await kernel.execute(code, { onOutput: (output) => all.push(output), timeoutMs: 30_000 });
  const text = (name: string) =>
    all
      .filter((output) => output.type === "stream" && output.content.name === name)
      .map((output) => output.content.text)
      .join("");
  return { status, stdout: text("stdout"), stderr: text("stderr"), all };
}

describe("a kernel", { timeout: 30_000 }, () => {
  test("keeps state from cell to cell and runs in the folder it was given", async () => {
    expect((await run("const a: number = 6 * 7;")).status).toBe("ok");
    expect((await run("console.log(a, process.cwd())")).stdout).toBe(`42 ${folder}\n`);
  });

  test("loses no line of a cell that prints many", async () => {
    const { stdout } = await run("for (let i = 0; i < 5000; i++) console.log(i);");
    expect(stdout.split("\n")).toHaveLength(5001);
  });

  test("runs the cell after a failed one, though tslab drops requests for 200 ms", async () => {
    const failed = await run('throw new Error("broken on purpose")');
    expect(failed.status).toBe("error");
    expect(failed.stderr).toContain("broken on purpose");
    expect(await run('console.log("again")')).toMatchObject({ status: "ok", stdout: "again\n" });
  });

  // The whole of `binvit` is imported by every notebook.
  test("imports binvit/engine, with its types", async () => {
    const cell = 'import { createEngine, type Engine } from "binvit/engine";\nconsole.log(typeof createEngine);';
    expect(await run(cell)).toMatchObject({ status: "ok", stdout: "function\n" });
    expect((await run('const engine: Engine = "text";')).stderr).toContain(
      "'string' is not assignable to type 'Engine'",
    );
  });

  test("reports type errors, missing modules and rejections nobody handles", async () => {
    expect((await run('const n: number = "text";')).stderr).toContain("is not assignable to type 'number'");
    expect((await run('import * as nothing from "no-such-package"; nothing;')).stderr).toContain("no-such-package");
    expect((await run('void Promise.reject(new Error("nobody handles me"));')).stderr).toContain("nobody handles me");
  });

  test("is interrupted, in a tight loop and in a wait", async () => {
    for (const code of ["for (;;) {}", "await new Promise(() => {})"]) {
      const running = run(`console.log("on"); ${code}`);
      setTimeout(() => kernel.interrupt(), 700);
      expect((await running).status).toBe("error");
    }
    expect((await run("1 + 1")).stdout).toBe("2\n");
  });

  test("gives up a cell at its time limit", async () => {
    await expect(kernel.execute("await new Promise(() => {})", { timeoutMs: 300 })).rejects.toThrow(/within 0.3 s/);
    expect((await run("2 + 2")).stdout).toBe("4\n");
  });

  test("says how it died", async () => {
    const doomed = await Kernel.start(folder);
    await expect(doomed.execute("process.exit(3)")).rejects.toThrow(NotebookError);
    await expect(doomed.execute("1")).rejects.toThrow(/exit code 3/);
    await doomed.shutdown();
  });
});

test("a kernel dies with the process that started it, even in a tight loop", { timeout: 30_000 }, async () => {
  const connection = path.join(folder, "connection.json");
  fs.writeFileSync(connection, JSON.stringify(await newConnection()));
  const launcher = path.join(kitRoot(), "lib", "bin", "kernel.js");
  const code = `
    process.argv.splice(1, 0, ${JSON.stringify(launcher)});
    require(${JSON.stringify(launcher)});
    setTimeout(() => { process.stdout.write("hung"); for (;;) {} }, 300);
  `;
  const args = ["-e", code, "kernel", `--config-path=${connection}`];
  const started = spawn(process.execPath, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, BINVIT_KERNEL_FOLLOWS_STDIN: "1" },
  });
  // What a starter's death looks like from the kernel's side.
  started.stdout.once("data", () => started.stdin.destroy());
  const [, signal] = await once(started, "close");
  expect(signal).toBe("SIGKILL");
});
