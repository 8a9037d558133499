import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/kit-root";
import { readNotebook } from "../../lib/notebook/document";
import { outputsOf, temporaryFolder, writeFixture } from "./fixture";

const lab = path.join(kitRoot(), "scripts", "lab.cjs");
const has = (...command: string[]) => spawnSync("jupyter", command, { stdio: "ignore" }).status === 0;
const hasJupyter = has("kernelspec", "--version");
const hasNbconvert = hasJupyter && has("nbconvert", "--version");
const environment = { ...process.env, JUPYTER_PATH: path.join(kitRoot(), ".jupyter") };

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  execFileSync(process.execPath, [lab, "--print-kernelspec"]);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("lab registers the kernel inside the project", () => {
  const file = execFileSync(process.execPath, [lab, "--print-kernelspec"], { encoding: "utf8" }).trim();
  expect(path.relative(kitRoot(), file)).toBe(path.join(".jupyter", "kernels", "tslab", "kernel.json"));
  const spec = JSON.parse(fs.readFileSync(file, "utf8"));
  expect(spec).toMatchObject({ display_name: "TypeScript", language: "typescript" });
  expect(fs.existsSync(spec.argv[1])).toBe(true);
});

test("without Jupyter, lab says in a few lines how to get it", () => {
  const { stdout, status } = spawnSync(process.execPath, [lab], { encoding: "utf8", env: { PATH: folder } });
  expect(status).toBe(1);
  expect(stdout).toContain("pip install jupyterlab");
  expect(stdout.trim().split("\n").length).toBeLessThanOrEqual(10);
});

test.skipIf(!hasJupyter)("Jupyter finds the kernel", { timeout: 30_000 }, () => {
  const listed = execFileSync("jupyter", ["kernelspec", "list", "--json"], { encoding: "utf8", env: environment });
  expect(JSON.parse(listed).kernelspecs.tslab.spec.display_name).toBe("TypeScript");
});

test.skipIf(!hasNbconvert)("Jupyter runs a notebook with it", { timeout: 60_000 }, () => {
  const file = writeFixture(
    folder,
    "tiny.ipynb",
    "# Tiny",
    "const a: number = 6;",
    "for (let i = 0; i < 800; i++) console.log(i * a);",
  );
  const args = ["nbconvert", "--to", "notebook", "--inplace", "--execute", file];
  execFileSync("jupyter", args, { env: environment, stdio: "pipe" });
  const text = outputsOf(readNotebook(file), 2).map((output) => ("text" in output ? output.text : ""));
  expect(text.join("").trimEnd().split("\n").at(-1)).toBe("4794");
});
