import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
import { prepareFile, prepareFolder, writeAtomically } from "../../lib/base/files";
import { kitRoot } from "../../lib/base/kit-root";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);
const text = (...names: string[]) => readFileSync(at(...names), "utf8");
/** Runs a line of code with the built `lib/base/files.js` as `files`, in a process of its own. */
const script = (code: string): string[] => [
  "-e",
  `const files = require(${JSON.stringify(join(kitRoot(), "lib", "dist", "base", "files.js"))}); ${code}`,
];

describe.skipIf(process.platform === "win32")("a file that is written", () => {
  test("behind a symbolic link replaces what the link leads to, and the link stays", () => {
    mkdirSync(at("elsewhere"));
    writeFileSync(at("elsewhere", "real"), "old");
    symlinkSync("elsewhere/real", at("link"));
    symlinkSync(at("link"), at("second"));
    writeAtomically(at("second"), "new");
    expect(text("elsewhere", "real")).toBe("new");
    for (const name of ["link", "second"]) expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
    expect(readdirSync(at("elsewhere"))).toEqual(["real"]);
  });

  test("behind a link in a linked folder goes where the system would look", () => {
    mkdirSync(at("a", "b"), { recursive: true });
    symlinkSync("a/b", at("short"));
    symlinkSync("../real", at("a", "b", "link"));
    writeAtomically(at("short", "link"), "new");
    expect(text("a", "real")).toBe("new");
  });

  test("behind a link that leads nowhere yet is made there; links in a circle are refused", () => {
    symlinkSync(at("deep", "new"), at("link"));
    writeAtomically(at("link"), "new");
    expect(text("deep", "new")).toBe("new");
    symlinkSync("b", at("a"));
    symlinkSync("a", at("b"));
    expect(() => writeAtomically(at("a"), "x")).toThrow(/^Cannot write .*a: its symbolic links lead in a circle/);
    expect(() => prepareFile(at("a"))).toThrow(FileError);
  });

  test("keeps its mode and its owner", () => {
    const isRoot = process.getuid?.() === 0;
    writeFileSync(at("private"), "old");
    chmodSync(at("private"), 0o600);
    writeFileSync(at("shared"), "old");
    chmodSync(at("shared"), 0o664);
    if (isRoot) spawnSync("chown", ["12345:23456", at("shared")]);
    for (const name of ["private", "shared"]) writeAtomically(at(name), "new");
    expect(statSync(at("private")).mode & 0o777).toBe(0o600);
    const { mode, uid, gid } = statSync(at("shared"));
    expect(mode & 0o777).toBe(0o664);
    if (isRoot) expect([uid, gid]).toEqual([12345, 23456]);
    expect([text("private"), text("shared")]).toEqual(["new", "new"]);
  });

  test("leaves other hard links as they were, such as those of a backup", () => {
    writeFileSync(at("file"), "old");
    linkSync(at("file"), at("backup"));
    writeAtomically(at("file"), "new");
    expect([text("file"), text("backup")]).toEqual(["new", "old"]);
  });

  test("comes out of a pipe, which stays one", async () => {
    spawnSync("mkfifo", [at("pipe")]);
    prepareFile(at("pipe")); // must not wait for a reader, nor end its reading
    const reader = spawn("cat", [at("pipe")]);
    let read = "";
    reader.stdout.on("data", (chunk) => {
      read += chunk;
    });
    const content = "x".repeat(300_000);
    spawn(process.execPath, script(`files.writeAtomically(${JSON.stringify(at("pipe"))}, "x".repeat(300_000))`));
    await once(reader, "close");
    expect(read === content).toBe(true);
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
    writeAtomically("/dev/null", "x");
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  test("comes out of standard output, be it a pipe, a socket or a file with something in it", () => {
    const words = script(
      `console.log("before"); files.writeAtomically("/dev/stdout", "x".repeat(200_000) + "\\n"); console.log("after")`,
    );
    const expected = `before\n${"x".repeat(200_000)}\nafter\n`;
    expect(spawnSync(process.execPath, words, { encoding: "utf8" }).stdout === expected).toBe(true);
    symlinkSync("/dev/stdout", at("out"));
    const { stderr } = spawnSync(
      "sh",
      ["-c", '"$0" "$@" > file; "$0" "$@" | cat > piped', process.execPath, ...words],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    expect(stderr).toBe("");
    expect([text("file") === expected, text("piped") === expected]).toEqual([true, true]);
  });

  test("is refused where it cannot be, before anything is made of it, and nothing changes", () => {
    mkdirSync(at("folder", "inner"), { recursive: true });
    writeFileSync(at("file"), "mine");
    const cases: [string, RegExp][] = [
      [at("folder"), /^Cannot write .*folder: it is a folder, and a file was expected/],
      [`${at("new")}/`, /^Cannot write .*new\/: it is a folder, and a file was expected/],
      [at("file", "inside"), /^Cannot write .*inside: (a file of that name is in the way|part of the path is a file)/],
      [at("x".repeat(300)), /^Cannot write .*x: the name is too long/],
      ["/dev/null/x", /^Cannot write \/dev\/null\/x: /],
    ];
    for (const [path, message] of cases) {
      expect(() => prepareFile(path)).toThrow(message);
      expect(() => writeAtomically(path, "x")).toThrow(message);
    }
    expect(() => prepareFolder(at("file"))).toThrow(/^Cannot write to .*file: a file of that name is in the way/);
    expect(readdirSync(folder).sort()).toEqual(["file", "folder"]);
    expect([text("file"), readdirSync(at("folder"))]).toEqual(["mine", ["inner"]]);
  });

  test("may have the longest name that there is", () => {
    writeAtomically(at("x".repeat(255)), "new");
    expect(text("x".repeat(255))).toBe("new");
  });

  test.skipIf(process.getuid?.() === 0)("is refused where it is write-protected, or its folder is", () => {
    mkdirSync(at("folder"));
    writeFileSync(at("folder", "file"), "mine");
    chmodSync(at("folder", "file"), 0o444);
    for (const act of [prepareFile, (path: string) => writeAtomically(path, "x")]) {
      expect(() => act(at("folder", "file"))).toThrow(/permission denied/);
    }
    chmodSync(at("folder"), 0o555);
    expect(() => prepareFile(at("folder", "new"))).toThrow(/permission denied/);
    expect(() => prepareFolder(at("folder"))).toThrow(/permission denied/);
    chmodSync(at("folder"), 0o755);
    expect(text("folder", "file")).toBe("mine");
  });
});

describe("what a killed process left half-written", () => {
  /** Writes into a file and is killed before that file takes its place. */
  const killed = (): string => {
    const words = script(
      `require("fs").renameSync = () => process.kill(process.pid, "SIGKILL"); files.writeAtomically("a.json", "half")`,
    );
    spawnSync(process.execPath, words, { cwd: folder });
    const [left] = readdirSync(folder).filter((name) => name.endsWith(".tmp"));
    expect(left).toMatch(/^\.binvit-/);
    return left;
  };

  test.skipIf(process.platform === "win32")("is removed when something is written there, and nothing else is", () => {
    const left = killed();
    const others = ["mine.tmp", "a.json.0a1b2c3d.tmp", ".binvit.tmp", left.replace(/\.tmp$/, ".txt")];
    const elsewhere = left.replace(/^\.binvit-.{8}/, ".binvit-00000000"); // of another machine, which may be writing
    const running = left.replace(/-\d+-/, `-${process.ppid}-`);
    const own = left.replace(/-\d+-/, `-${process.pid}-`);
    const former = own.replace(/.\.tmp$/, (end) => (end === "0.tmp" ? "1.tmp" : "0.tmp")); // had this process's number
    for (const name of [...others, elsewhere, running, own, former]) writeFileSync(at(name), "");
    utimesSync(at(former), 1e9, 1e9);
    writeAtomically(at("b.json"), "new");
    expect(readdirSync(folder).sort()).toEqual([...others, elsewhere, running, own, "b.json"].sort());
    expect(existsSync(at(left))).toBe(false);
  });
});
