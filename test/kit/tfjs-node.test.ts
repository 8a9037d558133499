import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

const { ensureTfjsNode } = require("../../scripts/ensure-tfjs-node.cjs") as { ensureTfjsNode(root: string): string[] };

const root = mkdtempSync(join(tmpdir(), "binvit-tfjs-node-"));
const packages = join(root, "node_modules");
const folder = join(packages, "@tensorflow", "tfjs-node");
const manifestIn = (place: string) => JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
beforeEach(() => rmSync(packages, { recursive: true, force: true }));
afterAll(() => rmSync(root, { recursive: true }));

test("the stand-in takes the place of a tfjs-node that is missing, once", () => {
  expect(ensureTfjsNode(root)).toEqual([folder]);
  expect(readdirSync(folder).sort()).toEqual(["index.d.ts", "index.js", "package.json"]);
  expect(manifestIn(folder)).toMatchObject({ binvitStandIn: true });
  expect(ensureTfjsNode(root)).toEqual([]);
});

test("a tfjs-node that is there is left alone, whatever it is", () => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  expect(ensureTfjsNode(root)).toEqual([]);
  expect(readdirSync(folder)).toEqual(["package.json"]);
});

test("a stand-in that was half written when its build was killed is completed by the next", () => {
  const script = JSON.stringify(join(kitRoot(), "scripts", "ensure-tfjs-node.cjs"));
  const dying = `require("node:fs").renameSync = () => process.kill(process.pid, "SIGKILL"); const root = ${JSON.stringify(root)};`;
  spawnSync(process.execPath, ["-e", `${dying} require(${script}).ensureTfjsNode(root)`]);
  expect(readdirSync(folder)).toContain("index.js");
  expect(readdirSync(folder)).not.toContain("package.json");
  expect(ensureTfjsNode(root)).toEqual([folder]);
  expect(readdirSync(folder).sort()).toEqual(["index.d.ts", "index.js", "package.json"]);
});

test("danfojs-node has a tfjs-node of its own, so that it loads where the other does not", () => {
  const danfojs = join(packages, "danfojs-node");
  const own = join(danfojs, "node_modules", "@tensorflow", "tfjs-node");
  mkdirSync(join(own, ".."), { recursive: true });
  symlinkSync("../../scripts/danfojs-tfjs-stub", own, "dir"); // as npm leaves it: leading nowhere
  expect(ensureTfjsNode(root)).toContain(join(danfojs, "scripts", "danfojs-tfjs-stub"));
  expect(manifestIn(own).version).toBe("3.99.0");
  rmSync(own);
  expect(ensureTfjsNode(root)).toEqual([own]);
  expect(ensureTfjsNode(root)).toEqual([]);
  expect(existsSync(join(kitRoot(), "node_modules", "danfojs-node", "scripts", "danfojs-tfjs-stub"))).toBe(true);
});
