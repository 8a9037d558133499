import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { version } from "../../lib/base/version";
import { binvit } from "./binvit";
import { command } from "./in-process";

const commands = [
  ["start"],
  ["doctor"],
  ["train"],
  ["study"],
  ["summary"],
  ["eval"],
  ["diagnose"],
  ["figures"],
  ["notebooks"],
  ["notebooks", "run"],
  ["notebooks", "check"],
  ["notebooks", "clean"],
  ["data"],
  ["data", "list"],
  ["data", "download"],
  ["data", "verify"],
  ["verify"],
  ["pack"],
  ["verify-packed"],
  ["export"],
  ["bench"],
];

describe("help", () => {
  test("of every command is quick, whole, and no error", async () => {
    for (const words of commands) {
      const { code, stdout, stderr, seconds } = await binvit([...words, "--help"]);
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
      expect(stdout).toMatch(new RegExp(`^Usage: binvit ${words.join(" ")}`));
      expect(stdout).not.toContain("(default: [])");
      expect(seconds).toBeLessThan(5); // about 0.15 s on a machine that does nothing else
    }
  });

  test("lists every command", async () => {
    const { code, stdout } = await binvit(["--help"]);
    expect(code).toBe(0);
    for (const [name] of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  });

  test("loads no tensors: that would take seconds", async () => {
    const main = readFileSync(join(kitRoot(), "lib", "dist", "cli", "main.js"), "utf8");
    expect(main).not.toMatch(/require\("(@tensorflow|danfojs|plotly|jsdom)/);
  });
});

test("--version is that of the package", async () => {
  const manifest = JSON.parse(readFileSync(join(kitRoot(), "lib", "package.json"), "utf8"));
  expect(manifest.version).toBe(version);
  expect(await binvit(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test("the exit code of a command is that of its process", async () => {
  expect(await binvit(["train", "digitz"])).toMatchObject({ code: 2, stdout: "" });
});

describe("wrong usage ends with code 2 and at most two lines", () => {
  test.each([
    [
      "an unknown command",
      ["trian"],
      /^binvit: unknown command 'trian'.*\nRun with --help to see what is possible\.\n$/,
    ],
    [
      "an unknown option",
      ["train", "digits", "--sed", "1"],
      /^binvit: unknown option '--sed'.*--seed.*\nRun with --help/,
    ],
    ["a missing argument", ["train"], /^binvit: missing required argument 'preset\|file'\nRun with/],
    ["one argument too many", ["summary", "digits", "shapes"], /^binvit: too many arguments for 'summary'/],
    ["an option without its value", ["train", "digits", "--seed"], /^binvit: option '--seed <n>' argument missing/],
    [
      "an unknown preset",
      ["train", "digitz"],
      /^binvit: "digitz" is neither a preset nor a file\. Did you mean digits\? Presets: digits, shapes, cifar-s\.\n$/,
    ],
    [
      "an option of a study's worker that its command has, too",
      ["study", "work", "nowhere", "--jobs", "many"],
      /^binvit: --jobs expects a whole number from 1 to 64, got "many"\.\n$/,
    ],
    [
      "an option of a study that its worker has not",
      ["study", "work", "nowhere", "--seeds", "1"],
      /^binvit: unknown option '--seeds'.*\nRun with --help/,
    ],
    [
      "an estimate of what a cluster would train",
      ["study", "quick", "--engine", "slurm", "--estimate"],
      /^binvit: --estimate does not go together with --engine slurm\. Give one of them\.\n$/,
    ],
    [
      "records to be kept before a cluster has made them",
      ["study", "quick", "--engine", "kubernetes", "--dry-run", "--keep", "kept"],
      /^binvit: --keep does nothing with --engine kubernetes; it goes with --engine local\. When .* collect FOLDER --keep/,
    ],
    [
      "records that an estimate does not look at",
      ["study", "quick", "--estimate", "--known", "nosuch"],
      /^binvit: --known does nothing with --estimate; it goes with --engine local, --engine slurm or --engine kubernetes\.\n$/,
    ],
    [
      "a cluster's option without a cluster",
      ["study", "quick", "--tasks", "2"],
      /^binvit: --tasks does nothing with --engine local; it goes with --engine slurm or --engine kubernetes\.\n$/,
    ],
    [
      "methods to be timed of no study",
      ["methods", "--time"],
      /^binvit: --time measures the runs of a study: say which with --results, e\.g\. data\/results\/methods\.\n$/,
    ],
    [
      "an unknown study",
      ["study", "slow"],
      /^binvit: "slow" is neither a preset nor a file\. Presets: quick, report, .*, stems, .*\.\n$/,
    ],
    [
      "a seed that is no number",
      ["train", "digits", "--seed", "one"],
      /^binvit: --seed expects a whole number from 0 to 9007199254740991, got "one"\.\n$/,
    ],
    ["a negative seed", ["train", "digits", "--seed=-1"], /^binvit: --seed expects a whole number/],
    [
      "an empty seed",
      ["study", "quick", "--seeds", "1,"],
      /^binvit: --seeds expects seeds and ranges of seeds with commas between them, such as 1,2,3 or 1-10, got "" in "1,"\.\n$/,
    ],
    [
      "a range with two ends, before anything is done",
      ["start", "--seeds", "1-9-2"],
      /^binvit: --seeds expects seeds and ranges .* got "1-9-2"\.\n$/,
    ],
    ["an empty value", ["train", "digits", "--out", ""], /^binvit: --out expects <folder>, got ""\.\n$/],
    [
      "a range that runs backwards",
      ["study", "quick", "--seeds", "1,5-3"],
      /^binvit: --seeds expects ranges from low to high, got "5-3"\.\n$/,
    ],
    ["a seed twice", ["study", "quick", "--seeds", "1-3,2"], /^binvit: --seeds names seed 2 twice: "1-3,2"\.\n$/],
    [
      "a time limit that no timer can wait for",
      ["notebooks", "run", "--timeout", "2147484"],
      /^binvit: --timeout expects a whole number from 1 to 2147483, got "2147484"\.\n$/,
    ],
    ["no jobs", ["study", "quick", "--jobs", "0"], /^binvit: --jobs expects a whole number from 1 to 64, got "0"\.\n$/],
    ...[["study", "quick"], ["start"], ["notebooks", "run"]].map((named): [string, string[], RegExp] => [
      `workers of ${named[0]}, which were its jobs`,
      [...named, "--workers", "2"],
      /^binvit: --workers are the threads of one run, .* side by side say --jobs <n>\.\n$/,
    ]),
    [
      "an unknown backend",
      ["train", "digits", "--backend", "cuda"],
      /^binvit: --backend expects auto, tensorflow, wasm or cpu, got "cuda"\.\n$/,
    ],
    [
      "a setting without value",
      ["summary", "digits", "--set", "training.epochs"],
      /^binvit: --set training\.epochs: expected key=value/,
    ],
  ])("%s", async (_, words, message) => {
    const { code, stdout, stderr } = await command(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  });

  test("and a stack trace with --debug, before or after the command", async () => {
    for (const words of [
      ["--debug", "train", "digitz"],
      ["train", "digitz", "--debug"],
    ]) {
      const { code, stderr } = await command(words);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^UsageError: "digitz" is neither.*\n {4}at /);
    }
  });
});
