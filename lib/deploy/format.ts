/** Packed model files, from and to bytes; docs/packed-model.md describes them. Runs in a browser too. */

import { sha256Digest } from "../base/digest";
import { FileError } from "../base/errors";
import { decodeSafetensors, encodeSafetensors } from "../base/safetensors";
import { version } from "../base/version";
import { type Fail, readClassNames, readModel, readOrigin, readPixels } from "./header";
import { type PackedConfig, packedLinears, signsName } from "./packed-config";
import type { PackedModel } from "./packed-model";
import { readTensors, storeTensors } from "./stored-tensors";

/** The format and its version, as the file's metadata states them. */
const format = "binvit.packed/4";

/** The one before, of binvit 0.4: a tensor for each block, and floats in 32 bits. It is read too. */
const formatBefore = "binvit.packed/3";

const remedy = "Pack it again with `binvit pack`";

const noDigest = "0".repeat(64);

/**
 * A packed model as a file.
 *
 * @param model - with every tensor that its configuration asks for
 * @returns the bytes; the same model gives the same bytes
 */
export async function encodePackedModel(model: PackedModel): Promise<Uint8Array> {
  const { config, origin, pixels, classNames, tensors } = model;
  const parts = Object.entries({ model: config, run: origin, pixels, classNames }).filter(([, part]) => part);
  const texts = parts.map(([key, part]) => [key, JSON.stringify(part)]);
  const file = encodeSafetensors(storeTensors(tensors), {
    format,
    binvit: version,
    ...Object.fromEntries(texts),
    sha256: noDigest,
  });
  const digest = new TextEncoder().encode(await sha256Digest(file, "the packed model"));
  file.set(digest, digestPlace(file));
  return file;
}

/**
 * Reads a packed model, checking everything that could be wrong with it.
 *
 * @param file - the bytes
 * @param where - its path or address, for messages
 * @throws FileError naming what is wrong: header, format, configuration, a tensor that is missing, unknown or of
 * another type or shape, more signs in a sum than the engine counts, padding that is not 0, a number that is not finite, or another checksum
 */
export async function decodePackedModel(file: Uint8Array, where = "The packed model"): Promise<PackedModel> {
  const fail = (problem: string): never => {
    throw new FileError(`${where} is not a sound packed model: ${problem}. ${remedy}.`);
  };
  const dtypes = ["F32", "I16", "I8", "U8"] as const;
  const { arrays, metadata } = decodeSafetensors(file, where, { dtypes, remedy });
  checkFormat(metadata.format, where, fail);
  const config = readModel(metadata, fail);
  const origin = readOrigin(metadata, fail);
  const tensors = readTensors(arrays, config, metadata.format !== formatBefore, fail);
  const pixels = readPixels(metadata, config, fail);
  const classNames = readClassNames(metadata, config, fail);
  checkPadding(config, tensors, fail);
  for (const [name, { data }] of Object.entries(tensors)) {
    if (data instanceof Float32Array && !data.every(Number.isFinite))
      fail(`tensor "${name}" holds numbers that are not finite`);
  }
  await checkDigest(file, metadata.sha256, where, fail);
  return { config, origin, ...(pixels && { pixels }), ...(classNames && { classNames }), tensors };
}

/** @throws FileError that tells the file of another binvit from one that is no packed model at all */
function checkFormat(found: string | undefined, where: string, fail: Fail): void {
  if (found === format || found === formatBefore) return;
  if (!found?.startsWith("binvit.packed/")) fail(`its format is ${JSON.stringify(found)}, expected "${format}"`);
  const reasons: Record<string, string> = {
    "binvit.packed/1":
      ": an earlier binvit wrote it, whose sign behind GELU was another. Train the run again and pack it.",
    "binvit.packed/2": ": binvit 0.3 wrote it. Its run is read as it is: pack it again.",
  };
  const reason = reasons[found!] ?? `, which is what binvit ${version} reads. Use the binvit that wrote it.`;
  throw new FileError(`${where} has the format ${found}, expected ${format}${reason}`);
}

function checkPadding(config: PackedConfig, tensors: PackedModel["tensors"], fail: Fail): void {
  for (const layer of packedLinears(config)) {
    if (layer.form === "float" || layer.inputs % 32 === 0) continue;
    const name = signsName(layer);
    const { data } = tensors[name];
    const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
    const rowWords = words.length / layer.outputs;
    for (let row = 1; row <= layer.outputs; row++) {
      const padding = words[row * rowWords - 1] >>> (layer.inputs % 32);
      if (padding !== 0) fail(`tensor "${name}" has padding bits that are not 0 in row ${row - 1}`);
    }
  }
}

async function checkDigest(file: Uint8Array, stated: string | undefined, where: string, fail: Fail): Promise<void> {
  if (!stated || !/^[0-9a-f]{64}$/.test(stated)) fail("it states no SHA-256");
  const blank = new Uint8Array(file);
  blank.set(new TextEncoder().encode(noDigest), digestPlace(file));
  const found = await sha256Digest(blank, where);
  if (found !== stated) fail(`its SHA-256 is ${found.slice(0, 12)}…, it states ${stated?.slice(0, 12)}…`);
}

// The digest is of the whole file, its own 64 digits taken as zeros: a changed configuration is noticed too. Quotes
// within texts are escaped, so this key stands nowhere but in the metadata.
function digestPlace(file: Uint8Array): number {
  const key = new TextEncoder().encode('"sha256":"');
  for (let at = 8; at < file.length; at++) {
    if (key.every((byte, i) => file[at + i] === byte)) return at + key.length;
  }
  throw new FileError(`The packed model has no place for its SHA-256. ${remedy}.`);
}
