import * as fs from "node:fs";
import * as path from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError, UsageError } from "../../lib/base/errors";
import { registerData } from "../../lib/cli/data";
import { temporaryFolder } from "../data/official-fixture";

let folder: string;
let output: string[];

beforeEach(() => {
  folder = temporaryFolder();
  output = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void output.push(...line.split("\n")));
});
afterEach(() => {
  vi.restoreAllMocks();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function data(...words: string[]): Promise<void> {
  const program = new Command();
  registerData(program);
  await program.parseAsync(["data", ...words], { from: "user" });
}

describe("binvit data list", () => {
  it("shows a line for each data set, columns aligned", async () => {
    await data("list");
    const [titles, rule, ...lines] = output;
    expect(titles).toMatch(/^name /);
    expect(rule).toMatch(/^─+$/);
    expect(lines.map((line) => line.split(/\s+/)[0])).toEqual([
      "digits",
      "shapes",
      "cifar10",
      "cifar100",
      "mnist",
      "fashion-mnist",
    ]);
    const column = titles.indexOf("licence");
    expect(lines[0].slice(column)).toMatch(/^CC BY 4\.0 +https/);
    expect(lines[0]).toMatch(/8x8x1 +1257 +180 +360 +10 +embedded/);
    expect(lines[2]).toMatch(/32x32x3 +45000 +5000 +10000 +10 +(absent|present)/);
  });
});

describe("binvit data download", () => {
  it("refuses unknown names with those it knows", async () => {
    await expect(data("download", "imagenet")).rejects.toThrow(UsageError);
    await expect(data("download", "imagenet")).rejects.toThrow(
      /^<name> expects digits, shapes, cifar10, .* or fashion-mnist, got "imagenet"\.$/,
    );
  });

  it("has nothing to do for what needs no download", async () => {
    await data("download", "shapes");
    expect(output).toEqual(["shapes is generated: there is nothing to download."]);
  });

  it("says which address of a mirror could not be reached", async () => {
    const failure = data("download", "cifar10", "--mirror", "http://127.0.0.1:1/kriz", "--folder", folder);
    await expect(failure).rejects.toThrow(
      /http:\/\/127\.0\.0\.1:1\/kriz\/cifar-10-binary\.tar\.gz could not be fetched.*nothing was received yet/,
    );
  });
});

describe("binvit data verify", () => {
  it("finds the embedded data set whole", async () => {
    await data("verify", "digits");
    expect(output).toEqual(["digits         ok       embedded file, SHA-256 as recorded"]);
  });

  it("fails for a data set that is named and absent, or damaged", async () => {
    await expect(data("verify", "mnist", "--folder", folder)).rejects.toThrow(/mnist is absent/);
    fs.writeFileSync(path.join(folder, "train-images-idx3-ubyte"), "short");
    const failure = data("verify", "mnist", "--folder", folder);
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(/mnist is damaged/);
    expect(output.at(-1)).toMatch(/^mnist +damaged +.*holds 5 bytes, expected 47,040,016 bytes/);
  });

  it("needs a name for a folder, and a known one", async () => {
    await expect(data("verify", "--folder", folder)).rejects.toThrow(UsageError);
    await expect(data("verify", "imagenet")).rejects.toThrow(UsageError);
  });
});
