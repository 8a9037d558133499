import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { NotebookError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import { Channels } from "../../lib/notebook/channels";
import { Kernel, type KernelOutput } from "../../lib/notebook/kernel";
import type { KernelMessage } from "../../lib/notebook/messages";
import { temporaryFolder } from "./fixture";

let folder: string;
let kernel: Kernel;

beforeAll(async () => {
  folder = temporaryFolder();
  kernel = await Kernel.start(folder);
}, 120_000);

afterAll(async () => {
  await kernel.shutdown();
  fs.rmSync(folder, { recursive: true });
});

async function run(
  code: string,
  watch?: (output: KernelOutput) => void,
): Promise<{ status: string; stdout: string; stderr: string }> {
  const all: KernelOutput[] = [];
  const onOutput = (output: KernelOutput) => {
    all.push(output);
    watch?.(output);
  };
  const status = await kernel.execute(code, { onOutput, timeoutMs: 120_000 });
  const text = (name: string) =>
    all
      .filter((output) => output.type === "stream" && output.content.name === name)
      .map((output) => output.content.text)
      .join("");
  return { status, stdout: text("stdout"), stderr: text("stderr") };
}

describe("a kernel", { timeout: 120_000 }, () => {
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
      // Not at once: Node loses an interrupt that comes in the instant in which the cell begins to wait.
      const onOutput = ({ content }: KernelOutput) => {
        if (content.text === "on\n") setTimeout(() => kernel.interrupt(), 200);
      };
      const { status, stderr } = await run(`const made = 3; console.log("on"); ${code}`, onOutput);
      expect(status).toBe("error");
      expect(stderr).toBe("Interrupted: the cell was stopped.\n");
      expect((await run("made")).stdout).toBe("3\n");
    }
    expect((await run("1 + 1")).stdout).toBe("2\n");
  });

  test("gives up a cell at its time limit", async () => {
    await expect(kernel.execute("await new Promise(() => {})", { timeoutMs: 300 })).rejects.toThrow(/within 0.3 s/);
    expect((await run("2 + 2")).stdout).toBe("4\n");
  });
});

describe("a kernel follows the process that", { timeout: 60_000 }, () => {
  /** Code that follows a parent and then never lets the event loop turn. */
  const follower = `
    require(${JSON.stringify(path.join(kitRoot(), "lib", "dist", "notebook", "host", "follow-parent.js"))})
      .followParent(process.env.JPY_PARENT_PID);
    process.stdout.write(String(process.pid));
    for (;;) {}
  `;
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  test("JPY_PARENT_PID names, even in a tight loop", async () => {
    const parent = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const env = { ...process.env, JPY_PARENT_PID: String(parent.pid) };
    const kernel = spawn(process.execPath, ["-e", follower], { env });
    await once(kernel.stdout, "data");
    const died = once(kernel, "close");
    parent.kill("SIGKILL");
    expect((await died)[1]).toBe("SIGKILL");
  });

  test("started it, which may have been killed", async () => {
    const starter = `
      const { spawn } = require("node:child_process");
      const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
      spawn(process.execPath, ["-e", ${JSON.stringify(follower)}], { env, detached: true, stdio: "inherit" });
    `;
    const started = spawn(process.execPath, ["-e", starter], { stdio: ["ignore", "pipe", "inherit"] });
    const [printed] = await once(started.stdout, "data");
    expect(lives(Number(printed))).toBe(true);
    started.kill("SIGKILL");
    await vi.waitFor(() => expect(lives(Number(printed))).toBe(false), 50_000);
  });

  test("runs notebooks, and no other unless that asks for it", async () => {
    expect((await run("console.log(process.env.JPY_PARENT_PID, process.ppid)")).stdout).toBe(
      `${process.pid} ${process.pid}\n`,
    );
    const alone = spawn(process.execPath, ["-e", follower.replace("for (;;) {}", "")], {
      env: { ...process.env, JPY_PARENT_PID: "" },
    });
    expect((await once(alone, "close"))[0]).toBe(0);
  });
});

describe("a kernel's status", { timeout: 120_000 }, () => {
  const statuses: string[] = [];
  let client: Awaited<ReturnType<typeof connectAlone>>;
  beforeAll(async () => {
    client = await connectAlone(statuses);
  });
  beforeEach(() => {
    statuses.length = 0;
  });
  afterAll(() => client.channels.close());

  test("is busy until the last of the cells sent together is done, whatever is asked meanwhile", async () => {
    const { channels, published } = client;
    const wait = (ms: number) => `await new Promise((done) => setTimeout(done, ${ms}))`;
    const execute = (code: string) => channels.send("shell", "execute_request", { code, silent: false });
    execute(wait(100));
    const last = execute(wait(400));
    channels.send("shell", "kernel_info_request", {});
    await published((message) => message.parent.msg_id === last && message.content.execution_state === "idle");
    expect(statuses.filter((status) => status === "idle").length).toBeGreaterThan(2);
    expect(statuses.join(" ")).not.toMatch(/idle idle/);
    expect(statuses.at(-1)).toBe("idle");
  });

  test("is busy while something goes on that a cell left running", async () => {
    const { channels, published } = client;
    const idle = () => published((message) => message.content.execution_state === "idle");
    const spin =
      "const until = Date.now() + 1600; (function spin() { if (Date.now() < until) setImmediate(spin); })();";
    channels.send("shell", "execute_request", { code: spin, silent: false });
    await idle();
    await published((message) => message.content.execution_state === "busy");
    await idle();
    expect(statuses.slice(-3)).toEqual(["idle", "busy", "idle"]);
  });
});

test("a kernel says how it died", async () => {
  await expect(kernel.execute("process.exit(3)")).rejects.toThrow(NotebookError);
  await expect(kernel.execute("1")).rejects.toThrow(/exit code 3/);
}); // the last: it ends the one that all share

/** Another client of the kernel, as Jupyter would be: it sees every status, whoever asked. */
async function connectAlone(statuses: string[]): Promise<{
  channels: Channels;
  published: (wanted: (message: KernelMessage) => boolean) => Promise<void>;
}> {
  let listener: (message: KernelMessage) => void = () => {};
  const channels = new Channels(kernel.connection, (channel, message) => {
    if (channel === "iopub" && message.header.msg_type === "status") {
      statuses.push(message.content.execution_state as string);
      listener(message);
    }
  });
  const published = (wanted: (message: KernelMessage) => boolean) =>
    new Promise<void>((resolve) => {
      listener = (message) => wanted(message) && resolve();
    });
  const connected = published((message) => message.content.execution_state === "idle");
  const asking = setInterval(() => channels.send("shell", "kernel_info_request", {}), 200);
  await connected;
  clearInterval(asking);
  await new Promise((done) => setTimeout(done, 300)); // answers to what was asked too often
  return { channels, published };
}
