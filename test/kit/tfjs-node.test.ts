import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const { ensureTfjsNode } = require("../../scripts/ensure-tfjs-node.cjs") as { ensureTfjsNode(root: string): boolean };
const root = mkdtempSync(join(tmpdir(), "binvit-tfjs-node-"));
const folder = join(root, "node_modules", "@tensorflow", "tfjs-node");
afterAll(() => rmSync(root, { recursive: true }));

test("the stand-in takes the place of a tfjs-node that is missing, once", () => {
  expect(ensureTfjsNode(root)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(["index.d.ts", "index.js", "package.json"]);
  expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).toMatchObject({ binvitStandIn: true });
  expect(ensureTfjsNode(root)).toBe(false);
});

test("a tfjs-node that is there is left alone, whatever it is", () => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), "{}");
  expect(ensureTfjsNode(root)).toBe(false);
  expect(readdirSync(folder)).toEqual(["package.json"]);
});
