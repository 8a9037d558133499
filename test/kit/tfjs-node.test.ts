import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nativeAdvice, nativeVersion } from "../../lib/backend/native";
import { kitRoot } from "../../lib/base/kit-root";

type Manifest = Record<string, Record<string, Record<string, unknown>>>;
const read = (...parts: string[]) => JSON.parse(readFileSync(join(kitRoot(), ...parts), "utf8")) as Manifest;

test("a default install downloads no tfjs-node: the name leads to a stand-in, for cells and for danfojs-node", () => {
  const { packages } = read("package-lock.json");
  const places = Object.entries(packages).filter(([place]) => place.endsWith("/@tensorflow/tfjs-node"));
  expect(Object.fromEntries(places)).toEqual({
    "node_modules/@tensorflow/tfjs-node": { resolved: "scripts/tfjs-node-stand-in", link: true },
    "node_modules/danfojs-node/node_modules/@tensorflow/tfjs-node": {
      resolved: "scripts/danfojs-tfjs-stub",
      link: true,
    },
  });
  const { dependencies } = read("package.json") as unknown as { dependencies: Record<string, string> };
  expect(nativeAdvice).toContain(`@tensorflow/tfjs-node@${dependencies["@tensorflow/tfjs"]}`);
});

test("the stand-in is not taken for tfjs-node, nor is a folder without it", () => {
  const standIn = read("scripts", "tfjs-node-stand-in", "package.json");
  expect(nativeVersion(() => standIn)).toBeUndefined();
  expect(nativeVersion(() => ({ version: "4.22.0" }))).toBe("4.22.0");
  const missing = () => {
    throw new Error("Cannot find module");
  };
  expect(nativeVersion(missing)).toBeUndefined();
});

test("the stand-in and danfojs-node's are the kit's own TensorFlow.js", () => {
  const tf = require("@tensorflow/tfjs");
  expect(require("../../scripts/tfjs-node-stand-in")).toBe(tf);
  expect(require("../../scripts/danfojs-tfjs-stub")).toBe(tf);
  expect(require("danfojs-node").tensorflow).toBe(tf);
});
