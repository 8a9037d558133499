import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { writeAtomically } from "../base/files";
import { readJson } from "../base/read-json";
import { decodeSafetensors, encodeSafetensors, type FloatArrays } from "../base/safetensors";
import type { ParameterArrays } from "../vit/parameters";
import { parameterShapes } from "../vit/places";
import { removeCheckpoints } from "./checkpoint";
import { parseRecord } from "./parse-record";
import type { RunConfig, RunRecord } from "./record";

/** @returns the SHA-256 of all weights' bytes, in the order of their names */
export function weightsSha256(parameters: ParameterArrays): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(parameters).sort()) {
    const { data } = parameters[name];
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/**
 * The record of a run folder.
 *
 * @returns undefined if there is none yet
 * @throws FileError if there is one that cannot be read or is none
 */
export function readRecord(folder: string): RunRecord | undefined {
  const path = join(folder, "record.json");
  if (!existsSync(path)) return undefined;
  return parseRecord(readJson(path), path);
}

// As the kit named them before it wrote the number of the process into the name.
const leftHalfWritten = /^(record\.json|(weights|checkpoint)\.safetensors)\.[0-9a-f]{8}\.tmp$/;

/** Removes what killed trainings of earlier versions left half-written; only for whoever holds the folder's lock. */
export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) if (leftHalfWritten.test(name)) rmSync(join(folder, name), { force: true });
}

/** Writes weights, then the record that vouches for them, then drops the checkpoints. */
export function writeRun(folder: string, record: RunRecord, parameters: ParameterArrays): void {
  writeAtomically(join(folder, "weights.safetensors"), encodeSafetensors(parameters, { format: "binvit.weights/1" }));
  writeAtomically(join(folder, "record.json"), `${JSON.stringify(record, null, 1)}\n`);
  removeCheckpoints(folder);
}

/**
 * The weights of a finished run, checked against its record.
 *
 * @throws FileError if they are missing, corrupt, of another model or not those of the record
 */
export function readWeights(folder: string, record: RunRecord): ParameterArrays {
  const path = join(folder, "weights.safetensors");
  if (!existsSync(path)) {
    throw new FileError(
      `${folder} holds a record without its weights, as those have that \`binvit study --known\` took from elsewhere. ` +
        "Take the weights from where the run was trained, or move record.json away and train it again.",
    );
  }
  const { arrays } = decodeSafetensors(readBytes(path), path);
  checkShapes(arrays, record.config, path);
  const found = weightsSha256(arrays);
  if (found !== record.weightsSha256) {
    throw new FileError(
      `${path} does not belong to its record: SHA-256 ${found.slice(0, 12)}…, expected ` +
        `${record.weightsSha256.slice(0, 12)}…. Train again, or take both files from a backup.`,
    );
  }
  return arrays;
}

function checkShapes(arrays: FloatArrays, config: RunConfig, path: string): void {
  const expected = parameterShapes(config.model);
  for (const name of new Set([...Object.keys(expected), ...Object.keys(arrays)])) {
    const [want, got] = [expected[name]?.join("×"), arrays[name]?.shape.join("×")];
    if (want === got) continue;
    throw new FileError(
      `${path}: tensor "${name}" is ${got ?? "missing"}, the configuration expects ${want ?? "no such tensor"}. ` +
        "Check that record and weights come from the same run.",
    );
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
}
