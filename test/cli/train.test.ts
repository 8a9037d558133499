import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { binvit, type Outcome } from "./binvit";

const folder = mkdtempSync(join(tmpdir(), "binvit-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tiny = [
  "dataset.trainLimit=64",
  "training.epochs=2",
  "training.warmupEpochs=1",
  "model.depth=1",
  "model.embedDim=8",
  "model.numHeads=2",
  "model.mlpDim=8",
].flatMap((setting) => ["--set", setting]);
const train = (...words: string[]) => binvit(["train", "digits", ...tiny, ...words], { cwd: folder });
const files = (run: string) =>
  readdirSync(join(folder, run)).map((file) => [file, readFileSync(join(folder, run, file))]);

let first: Outcome;
beforeAll(async () => {
  first = await train("--out", "run");
});

describe("binvit train", () => {
  test("prints a line an epoch, the result and where it is, and nothing on standard error", () => {
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(
      /^Training digits, seed 1, on digits with the \w+ backend\.\nepoch 1\/2 .*\nepoch 2\/2 /,
    );
    expect(first.stdout).toMatch(
      /\nTest accuracy \d+\.\d%, loss \d\.\d{3}, 360 images; .*\nRecord and weights: run\n$/,
    );
    expect(readdirSync(join(folder, "run")).sort()).toEqual(["record.json", "weights.safetensors"]);
  });

  test("finds a finished run", async () => {
    const before = files("run");
    const again = await train("--out", "run");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toContain("This run was finished before; nothing was trained.");
    expect(files("run")).toEqual(before);
  });

  test("gives the same weights for the same seed, in a folder named by configuration and seed", async () => {
    await train("--name", "mine");
    const [made] = readdirSync(join(folder, "runs"));
    expect(made).toMatch(/^mine-s1-[0-9a-f]{8}$/);
    const hash = (path: string) => JSON.parse(readFileSync(join(folder, path, "record.json"), "utf8")).weightsSha256;
    expect(hash(join("runs", made))).toBe(hash("run"));
  });

  test("never overwrites another run", async () => {
    const before = files("run");
    const { code, stderr } = await train("--out", "run", "--seed", "2");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^binvit: run already holds another finished run, digits with seed 1 on \S+\. Choose another folder with --out/,
    );
    expect(files("run")).toEqual(before);
  });

  test.each([
    ["Ctrl-C", "SIGINT", 130],
    ["kill", "SIGTERM", 143],
    ["a closed terminal", "SIGHUP", 129],
    ["a time limit that draws near", "SIGUSR2", 140],
  ] as const)("stops at %s: one line, a checkpoint, and the code of %s", async (_, signal, expected) => {
    const out = `long-${signal}`;
    const words = ["train", "digits", ...tiny, "--set", "training.epochs=10000", "--out", out];
    const { code, stderr } = await binvit(words, { cwd: folder, interruptAt: /epoch +2\//, signal });
    expect(code).toBe(expected);
    expect(stderr).toMatch(
      /^binvit: Training was stopped at step \d+ of 10000\. Where it stands is kept in long-SIG\w+: the same command goes on from there\.\n$/,
    );
    const left = readdirSync(join(folder, out));
    expect(left).toContain("checkpoint.safetensors");
    expect(left.filter((name) => !name.startsWith("checkpoint"))).toEqual([]);
  });

  test("refuses a place that is a file before it trains", async () => {
    writeFileSync(join(folder, "file"), "mine");
    const { code, stdout, stderr } = await train("--out", "file");
    expect({ code, epochs: /epoch 1/.test(stdout) }).toEqual({ code: 1, epochs: false });
    expect(stderr).toMatch(/^binvit: Cannot write to file: a file of that name is in the way/);
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("mine");
  });
});

describe("binvit eval", () => {
  test("repeats what the record says", async () => {
    const { code, stdout, stderr } = await binvit(["eval", join(folder, "run")]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [, accuracy, loss] = /test accuracy (\S+)%, loss (\S+), 360 images/.exec(stdout)!;
    expect(stdout).toContain(`Its record says ${accuracy}% and ${loss}.`);
    expect(first.stdout).toContain(`Test accuracy ${accuracy}%, loss ${loss}`);
  });

  test("normalizes a data set that is named with the statistics of the run, here of its 64 images", async () => {
    const [own, named] = [
      ["eval", "run"],
      ["eval", "run", "--dataset", "digits"],
    ].map((w) => binvit(w, { cwd: folder }));
    expect((await named).stdout).toBe((await own).stdout.split("\n").slice(0, 1).concat("").join("\n"));
  });

  test("refuses weights that are not those of the record", async () => {
    await train("--out", "tampered");
    const path = join(folder, "tampered", "weights.safetensors");
    const bytes = readFileSync(path);
    bytes[bytes.length - 2] ^= 64;
    writeFileSync(path, bytes);
    const { code, stderr } = await binvit(["eval", join(folder, "tampered")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/weights\.safetensors does not belong to its record: SHA-256 [0-9a-f]{12}…, expected/);
    writeFileSync(path, bytes.subarray(0, 100));
    expect((await binvit(["eval", join(folder, "tampered")])).stderr).toMatch(
      /is not a sound weight file: its header claims/,
    );
  });

  test("names the data sets it knows, and those that are not there", async () => {
    expect(await binvit(["eval", join(folder, "run"), "--dataset", "mnits"])).toMatchObject({
      code: 2,
      stderr:
        'binvit: --dataset expects digits, shapes, cifar10, cifar100, mnist or fashion-mnist, got "mnits". Did you mean mnist?\n',
    });
    const { code, stderr } = await binvit(["eval", join(folder, "run"), "--dataset", "mnist", "--folder", folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^binvit: .*mnist/i);
  });
});

// A limit on the size of files stands in for a full disk: a write fails in the middle, as it does there.
describe.skipIf(process.platform === "win32")("where there is no room", () => {
  const limited = (kilobytes: number, ...words: string[]) =>
    spawnSync("bash", ["-c", `ulimit -f ${kilobytes}; exec "$0" "$@"`, process.execPath, ...words], {
      cwd: folder,
      encoding: "utf8",
    });

  test("a run ends with a clear error, and leaves what was there and nothing half-written", async () => {
    await train("--out", "room");
    const before = files("room");
    rmSync(join(folder, "room", "record.json"));
    const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
    const { status, stderr } = limited(2, launcher, "train", "digits", ...tiny, "--out", "room");
    expect(status).toBe(1);
    expect(stderr).toMatch(/^binvit: Cannot write room.weights\.safetensors: the file would be larger than is allowed/);
    expect(files("room")).toEqual(before.filter(([name]) => name !== "record.json"));
  });

  test("a file that was there keeps its content", () => {
    writeFileSync(join(folder, "old.json"), "old");
    const module = join(kitRoot(), "lib", "dist", "base", "files.js");
    const script = `require(${JSON.stringify(module)}).writeAtomically("old.json", "x".repeat(1e6))`;
    const { status, stderr } = limited(2, "-e", script);
    expect(status).not.toBe(0);
    expect(stderr).toContain("Cannot write old.json");
    expect(readFileSync(join(folder, "old.json"), "utf8")).toBe("old");
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
