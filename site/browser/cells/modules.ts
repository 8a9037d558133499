import "./process";
import * as tf from "@tensorflow/tfjs";
import tensorflow from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import assert from "assert/";
import kernelsAddress from "binvit/binvit.wasm?url";
import { binvit, giveDigits, inNodeOnly, startBackend } from "binvit/cells";
import digitsAddress from "../../../data/digits/digits.csv.gz?url";
import { fetchBytes } from "../fetch-bytes";
import type { Require } from "./compile";

/** The kit as a cell imports it; what only Node has says so when it is called. */
const kit = {
  ...binvit,
  ...Object.fromEntries(
    inNodeOnly.map((name) => [
      name,
      () => {
        throw new Error(`binvit.${name} needs files, which a page has not: run this cell in the notebook.`);
      },
    ]),
  ),
};

const modules: Readonly<Record<string, unknown>> = {
  "@tensorflow/tfjs": tf,
  "@tensorflow/tfjs-node": tf,
  "node:assert": assert,
  assert,
  binvit: kit,
};

/** Loads what cells import: the digits, the kernels, and TensorFlow.js with its own. */
export async function loadModules(): Promise<Require> {
  const [kernels, digits] = await Promise.all([fetchBytes(kernelsAddress), fetchBytes(digitsAddress)]);
  await startBackend({ tensorflow, kernels });
  giveDigits(digits);
  return (name) => {
    if (name in modules) return modules[name];
    throw new Error(
      `A page has no module "${name}": it has ${Object.keys(modules).join(", ")}. Run this cell in the notebook.`,
    );
  };
}
