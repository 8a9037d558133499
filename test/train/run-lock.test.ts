import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import { startOf } from "../../lib/base/processes";
import { lockFolder } from "../../lib/train/run-lock";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const lockFile = () => join(folder, "training.lock");
const holder = (changes: object = {}) =>
  `${JSON.stringify({ pid: process.ppid, host: hostname(), since: "2026-01-01T12:00:00.000Z", run: "float, seed 1,", ...changes })}\n`;

/** A process that takes the folder, says so, and does not give it back by itself. */
async function otherProcess(): Promise<ChildProcess> {
  const module = join(kitRoot(), "lib", "dist", "train", "run-lock.js");
  const code = `require(${JSON.stringify(module)}).lockFolder(${JSON.stringify(folder)}, "mlp, seed 3,").then(() => console.log("locked")); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout!, "data");
  return child;
}

describe("a run's folder is used by one training", () => {
  test("while another process has it, it is refused by name, and nothing is touched", async () => {
    const child = await otherProcess();
    const before = readFileSync(lockFile(), "utf8");
    await expect(lockFolder(folder, "float, seed 1,")).rejects.toThrow(FileError);
    await expect(lockFolder(folder, "float, seed 1,")).rejects.toThrow(
      new RegExp(
        `is in use: process ${child.pid} on .* has been training mlp, seed 3, there since 2\\d{3}-.*Wait for it, or choose another folder with --out\\.$`,
      ),
    );
    expect([readdirSync(folder), readFileSync(lockFile(), "utf8")]).toEqual([["training.lock"], before]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(lockFile())).toBe(true); // kill -9 leaves it
    (await lockFolder(folder, "float, seed 1,")).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("it is given back when the process ends, by exit or by an error", () => {
    const module = JSON.stringify(join(kitRoot(), "lib", "dist", "train", "run-lock.js"));
    for (const end of ["process.exit(3)", "setImmediate(() => { throw new Error() })"]) {
      const code = `const fs = require("fs"); require(${module}).lockFolder(".", "x").then(() => { console.log(fs.readdirSync(".").join()); ${end} })`;
      const { stdout, status } = spawnSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" });
      expect([stdout, status === 0, readdirSync(folder)]).toEqual(["training.lock\n", false, []]);
    }
  });

  test("it is the same folder by another way", async () => {
    symlinkSync(folder, `${folder}-link`);
    const lock = await lockFolder(folder, "float, seed 1,");
    await expect(lockFolder(`${folder}-link`, "x")).rejects.toThrow(/in use: this process has been training float/);
    lock.release();
    (await lockFolder(`${folder}-link`, "x")).release();
    rmSync(`${folder}-link`);
  });

  test.each([
    ["of a process that is gone", holder({ pid: 2 ** 22 + 1 })], // more than Linux gives
    ["of a process whose number another one has now", holder({ start: "before" })],
    ["of a process that had this one's number, as in a container", holder({ pid: process.pid, start: "before" })],
  ])("a lock %s is taken over", async (_, left) => {
    writeFileSync(lockFile(), left);
    if (startOf(process.pid) === undefined && left.includes("before")) return; // the system does not tell
    const lock = await lockFolder(folder, "mine");
    expect(JSON.parse(readFileSync(lockFile(), "utf8"))).toMatchObject({ pid: process.pid, run: "mine" });
    lock.release();
  });

  test.each([
    ["of a process that runs", holder(), /process \d+ on .* has been training float, seed 1, there since 2026-01-01/],
    [
      "of another machine",
      holder({ host: "elsewhere", pid: 2 ** 22 + 1 }),
      /on elsewhere .* If it runs no longer, delete .*training\.lock\.$/,
    ],
    ["that is being written", "", /Another process is about to train/],
    ["that is none", "my notes", /training\.lock is not the lock of a training\. Move it away/],
    ["that names no process", holder({ pid: -1 }), /is not the lock of a training/],
  ])("a lock %s is respected", async (_, left, message) => {
    writeFileSync(lockFile(), left);
    await expect(lockFolder(folder, "mine")).rejects.toThrow(message);
    expect(readFileSync(lockFile(), "utf8")).toBe(left);
  });

  test("a lock that was begun, and never written, is taken over after some seconds", async () => {
    writeFileSync(lockFile(), "");
    utimesSync(lockFile(), 1e9, 1e9);
    (await lockFolder(folder, "mine")).release();
    mkdirSync(lockFile());
    await expect(lockFolder(folder, "mine")).rejects.toThrow(/Cannot read .*training\.lock: it is a folder/);
  });
});

describe("a training of the same process", () => {
  test("that was cancelled, as by running a cell again, is waited for; so is the third", async () => {
    const [first, second] = [new AbortController(), new AbortController()];
    const lock = await lockFolder(folder, "first", first.signal);
    first.abort();
    const taken: string[] = [];
    const next = async (run: string, signal?: AbortSignal) => {
      const own = await lockFolder(folder, run, signal);
      taken.push(run);
      return own;
    };
    const waiting = [next("second", second.signal), next("third")];
    second.abort();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(taken).toEqual([]);
    lock.release();
    (await waiting[0]).release();
    (await waiting[1]).release();
    expect(taken).toEqual(["second", "third"]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("whose folder was taken over is told before it writes; whose folder was removed goes on", async () => {
    const lock = await lockFolder(folder, "mine");
    lock.check();
    writeFileSync(lockFile(), holder());
    expect(() => lock.check()).toThrow(/is in use: process \d+/);
    lock.release();
    expect(readFileSync(lockFile(), "utf8")).toBe(holder()); // not its own any longer
    rmSync(lockFile());
    const again = await lockFolder(folder, "mine");
    rmSync(folder, { recursive: true });
    again.check();
    expect(existsSync(lockFile())).toBe(true);
    again.release();
  });
});
