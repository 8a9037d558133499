import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { FileError } from "../base/errors";
import { type AdamWOptions, adamWStep } from "../train/adamw";
import { integerInputs, operations } from "./operations";
import { type ReferenceArray, type ReferenceCase, readReferenceCase } from "./reference-case";

/** How one case went. */
export interface CaseResult {
  readonly name: string;
  readonly op: string;
  readonly passed: boolean;
  /** Largest |got − expected| / (1 + |expected|) over all expected values. */
  readonly largestError: number;
  readonly tolerance: number;
  /** The expected value it was found in, e.g. `grad_weight`. */
  readonly worst: string;
  /** Why there is no number: an operation or option that the kit does not know. */
  readonly problem?: string;
}

/**
 * Runs every reference vector file of a folder through the kit's operations on the current backend.
 *
 * @param folder - holds one JSON file a case
 * @returns one result a case, by file name
 * @throws FileError if the folder or a file cannot be read
 */
export function verifyFolder(folder: string): CaseResult[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new FileError(`There is no folder ${folder}. Give a folder of reference vectors, one JSON file a case.`);
  }
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  if (files.length === 0) throw new FileError(`${folder} holds no reference vectors (*.json). Give another folder.`);
  return files.sort().map((file) => verifyCase(readReferenceCase(join(folder, file))));
}

/** Runs one case. */
export function verifyCase(testCase: ReferenceCase): CaseResult {
  const { name, op, tolerance } = testCase;
  try {
    const got = op === "adamw" ? runAdamW(testCase) : runOperation(testCase);
    let largestError = 0;
    let worst = "";
    for (const [key, expected] of Object.entries(testCase.expect)) {
      const error = largestRelativeError(key, got[key], expected);
      if (error > largestError || worst === "") {
        largestError = error;
        worst = key;
      }
    }
    return { name, op, passed: largestError <= tolerance, largestError, tolerance, worst };
  } catch (error) {
    const problem = (error as Error).message;
    return { name, op, passed: false, largestError: Number.NaN, tolerance, worst: "-", problem };
  }
}

function largestRelativeError(name: string, got: Float32Array | undefined, { data }: ReferenceArray): number {
  if (!got) throw new FileError(`"${name}" is expected, but is neither the value nor the gradient of an input.`);
  if (got.length !== data.length) throw new FileError(`${name} has ${got.length} values, ${data.length} are expected.`);
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(got[i])) throw new FileError(`${name} holds ${got[i]}, expected ${data[i]}.`);
    largest = Math.max(largest, Math.abs(got[i] - data[i]) / (1 + Math.abs(data[i])));
  }
  return largest;
}

type Values = Record<string, Float32Array>;

function runOperation(testCase: ReferenceCase): Values {
  const operation = operations[testCase.op];
  if (!operation) {
    throw new FileError(`unknown op "${testCase.op}". Known: adamw, ${Object.keys(operations).join(", ")}.`);
  }
  const isInteger = (name: string) => integerInputs.includes(name);
  return tf.tidy(() => {
    const inputs = Object.fromEntries(
      Object.entries(testCase.inputs).map(([name, { shape, data }]) => [
        name,
        tf.tensor(data as number[], [...shape], isInteger(name) ? "int32" : "float32"),
      ]),
    );
    const names = Object.keys(inputs).filter((name) => !isInteger(name));
    let forward: tf.Tensor | undefined;
    const { upstream } = testCase;
    const weights = upstream && tf.tensor(upstream.data as number[], [...upstream.shape]);
    // The upstream gradient enters as the weights of a sum: d(Σ u · y)/dy = u.
    const loss = (...tensors: tf.Tensor[]) => {
      const floats = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      const y = operation({ ...inputs, ...floats }, testCase.options);
      if (upstream && `${y.shape}` !== `${upstream.shape}`) {
        throw new FileError(`y has shape [${y.shape}], upstream has [${upstream.shape}].`);
      }
      forward = tf.keep(y.clone());
      return tf.sum(weights ? tf.mul(y, weights) : y) as tf.Scalar;
    };
    const { grads } = tf.valueAndGrads(loss)(names.map((name) => inputs[name]));
    const y = readFloats(forward!);
    forward!.dispose();
    const values: Values = { y, loss: y }; // what an operation returns goes by either name
    for (const [i, name] of names.entries()) values[`grad_${name}`] = readFloats(grads[i]);
    return values;
  });
}

function runAdamW({ inputs, options }: ReferenceCase): Values {
  const weight = Float32Array.from(inputs.weight.data);
  const state = { weight, first: new Float32Array(weight.length), second: new Float32Array(weight.length) };
  const [steps] = inputs.gradients.shape;
  for (let step = 1; step <= steps; step++) {
    const row = inputs.gradients.data.slice((step - 1) * weight.length, step * weight.length);
    adamWStep(state, Float32Array.from(row), step, options as unknown as AdamWOptions);
  }
  return { weight };
}
