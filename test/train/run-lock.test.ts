import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
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
import { FolderInUse } from "../../lib/base/errors";
import { isHere, newHolder } from "../../lib/base/holder";
import { kitRoot } from "../../lib/base/kit-root";
import { startOf } from "../../lib/base/processes";
import { lockFolder, whoTrains } from "../../lib/train/run-lock";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const claim = (number = 1) => join(folder, `training.claim-${number}`);
const holder = (changes: object = {}) => {
  const { start: _, ...own } = newHolder("training float, seed 1,", 0.05);
  return `${JSON.stringify({ ...own, pid: process.ppid, ...changes })}\n`;
};
const readClaim = (number: number) => JSON.parse(readFileSync(claim(number), "utf8"));

const script = JSON.stringify(join(kitRoot(), "lib", "dist", "train", "run-lock.js"));

/** A process that takes the folder, says so, and does not give it back by itself. */
async function otherProcess(environment = {}): Promise<ChildProcess> {
  const code = `require(${script}).lockFolder(${JSON.stringify(folder)}, "mlp, seed 3,").then(() => console.log("locked")); setInterval(() => {}, 1000)`;
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"], env });
  await once(child.stdout!, "data");
  return child;
}

describe("a run's folder is used by one training", () => {
  test("while another process has it, it is refused by name, and nothing is touched", async () => {
    const child = await otherProcess();
    const before = readFileSync(claim(), "utf8");
    await expect(lockFolder(folder, "float, seed 1,")).rejects.toThrow(FolderInUse);
    await expect(lockFolder(folder, "float, seed 1,")).rejects.toThrow(
      new RegExp(
        `is in use: process ${child.pid} on .* has been training mlp, seed 3, there since 2\\d{3}-.*Wait for it, or choose another folder with --out\\.$`,
      ),
    );
    expect(whoTrains(folder)).toEqual({ who: expect.stringContaining(`process ${child.pid} on `), isSure: true });
    expect([readdirSync(folder), readFileSync(claim(), "utf8")]).toEqual([["training.claim-1"], before]);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(readdirSync(folder)).toEqual(["training.claim-1"]); // kill -9 leaves it
    expect(whoTrains(folder)).toBeUndefined();
    (await lockFolder(folder, "float, seed 1,")).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("it is given back when the process ends, by exit or by an error", () => {
    for (const end of ["process.exit(3)", "setImmediate(() => { throw new Error() })"]) {
      const code = `const fs = require("fs"); require(${script}).lockFolder(".", "x").then(() => { console.log(fs.readdirSync(".").join()); ${end} })`;
      const { stdout, status } = spawnSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8" });
      expect([stdout, status === 0, readdirSync(folder)]).toEqual(["training.claim-1\n", false, []]);
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
    ["of a process that is gone", { pid: 2 ** 22 + 1 }], // more than Linux gives
    ["of a process whose number another one has now", { start: "before" }],
    ["of a process that had this one's number, as in a container", { pid: process.pid, start: "before" }],
  ])("a claim %s is taken over", async (_, left) => {
    writeFileSync(claim(7), holder(left));
    if (startOf(process.pid) === undefined && "start" in left) return; // the system does not tell
    const lock = await lockFolder(folder, "mine");
    expect(readdirSync(folder)).toEqual(["training.claim-8"]);
    expect(readClaim(8)).toMatchObject({ pid: process.pid, doing: "training mine" });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ["of a process that runs", () => holder(), /process \d+ on .* has been training float, seed 1, there since 2/],
  ])("a claim %s is respected", async (_, left, message) => {
    writeFileSync(claim(), left());
    const before = readFileSync(claim(), "utf8");
    await expect(lockFolder(folder, "mine")).rejects.toThrow(message);
    expect(readFileSync(claim(), "utf8")).toBe(before);
  });

  test.each([
    ["another machine", { host: "elsewhere" }],
    ["another container of this machine", { processes: "pid:[1]" }],
  ])("a holder on %s is watched: refused as soon as it beats, though its clock is an hour off", async (_, where) => {
    writeFileSync(claim(), holder({ ...where, beat: 1 }));
    let time = Date.now() / 1000 - 3600;
    const beating = setInterval(() => utimesSync(claim(), ++time, time), 100);
    const notices: string[] = [];
    const attempt = lockFolder(folder, "mine", undefined, (line) => notices.push(line));
    await expect(attempt).rejects.toThrow(/is in use: process \d+ on .* has been training float/);
    clearInterval(beating);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatch(/^In .*, process \d+ on .*: waiting to see whether it still does\.$/);
    expect(readdirSync(folder)).toEqual(["training.claim-1"]);
  });

  test.each([
    ["a holder on another machine that is silent for six beats", () => holder({ host: "elsewhere" }), "0.05"],
    ["a claim that was begun and never written", () => "", "0.05"],
    ["one that was written in part", () => holder().slice(0, 40), "0.05"],
    ["one that names no process", () => holder({ pid: -1 }), "0.05"],
  ])("%s is taken over", async (_, left, beat) => {
    process.env.BINVIT_HEARTBEAT = beat;
    try {
      writeFileSync(claim(), left());
      (await lockFolder(folder, "mine")).release();
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      delete process.env.BINVIT_HEARTBEAT;
    }
  });

  test("a claim's heart beats while its process computes", async () => {
    const code = `const fs = require("fs"); require(${script}).lockFolder(".", "x").then(() => setTimeout(() => {
      const times = new Set();
      for (const end = Date.now() + 900; Date.now() < end; ) times.add(fs.statSync("training.claim-1").mtimeMs);
      console.log(times.size);
    }, 300))`;
    const env = { ...process.env, BINVIT_HEARTBEAT: "0.1" };
    const { stdout } = spawnSync(process.execPath, ["-e", code], { cwd: folder, encoding: "utf8", env });
    expect(Number(stdout)).toBeGreaterThan(3);
  });

  test("of twenty that find the same dead holder, one succeeds at a time", async () => {
    const code = `const fs = require("fs"); const { lockFolder } = require(${script}); (async () => {
      for (let i = 0; i < 5; i++) {
        try {
          const lock = await lockFolder(".", "x");
          fs.writeFileSync("inside", "", { flag: "wx" }); // fails if somebody else is inside
          await new Promise((done) => setTimeout(done, 5));
          fs.rmSync("inside");
          lock.check();
          lock.release();
        } catch (error) { if (error.name !== "FolderInUse") { console.error(error); process.exit(1); } }
      }
    })()`;
    writeFileSync(claim(3), holder({ pid: 2 ** 22 + 1 }));
    const children = Array.from({ length: 6 }, () => spawn(process.execPath, ["-e", code], { cwd: folder }));
    const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
    expect(codes).toEqual(codes.map(() => 0));
    expect(readdirSync(folder)).toEqual([]);
  });

  test("what is wrong with the folder is said", async () => {
    mkdirSync(claim());
    await expect(lockFolder(folder, "mine")).rejects.toThrow(/Cannot read .*training\.claim-1: it is a folder/);
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
    writeFileSync(claim(2), holder());
    expect(() => lock.check()).toThrow(/is in use: process \d+/);
    lock.release();
    expect(readFileSync(claim(2), "utf8")).toBeTruthy(); // not its own
    rmSync(claim(1));
    rmSync(claim(2));
    const again = await lockFolder(folder, "mine");
    rmSync(folder, { recursive: true });
    again.check();
    expect(readdirSync(folder)).toEqual(["training.claim-1"]);
    again.release();
  });

  test("knows itself", () => {
    const own = newHolder("x", 1);
    expect([isHere(own), isHere({ ...own, host: "elsewhere" })]).toEqual([true, false]);
    expect(own.host).toBe(hostname());
  });
});
