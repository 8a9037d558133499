import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { peerFile, peerPython, setupLine } from "./peer-places";
import { peerEnvironment } from "./peer-process";

/** A float model in int8, by the ways of onnxruntime's tools that worked. */
export interface Int8Models {
  /** Of the Python package that quantized. */
  readonly version: string;
  /** `dynamic`: activations are quantized as they come; `static`: by ranges calibrated before, in QDQ form. */
  readonly models: Readonly<Record<string, Uint8Array>>;
}

/**
 * Quantizes a float ONNX model to int8: what a user would take instead of one bit.
 *
 * @param model - an ONNX file
 * @param images - input to calibrate on, row-major
 * @param command - program and arguments; the folder with the model comes after them
 * @returns the models, or why there are none and what to do
 */
export async function quantize(
  model: Uint8Array,
  images: Float32Array,
  command: readonly string[] = [peerPython(), peerFile("quantize_onnx.py")],
): Promise<Int8Models | { readonly missing: string }> {
  const folder = mkdtempSync(join(tmpdir(), "binvit-int8-"));
  try {
    writeFileSync(join(folder, "model.onnx"), model);
    writeFileSync(join(folder, "images.f32"), new Uint8Array(images.buffer, images.byteOffset, images.byteLength));
    const { stdout } = await promisify(execFile)(command[0], [...command.slice(1), folder], { env: peerEnvironment() });
    const said = JSON.parse(stdout.trim().split("\n").pop() ?? "");
    if (typeof said.version !== "string") return missing(said.missing);
    const ways = ["dynamic", "static"].filter((way) => existsSync(join(folder, `${way}.onnx`)) && !said.failed?.[way]);
    if (ways.length === 0) return missing(Object.values(said.failed ?? {}).join("; "));
    const models = Object.fromEntries(
      ways.map((way) => [way, new Uint8Array(readFileSync(join(folder, `${way}.onnx`)))]),
    );
    return { version: said.version, models };
  } catch (error) {
    return missing(`${(error as Error).message}`.trim().split("\n").pop());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const missing = (reason: unknown) => ({
  missing: `onnxruntime's int8 is not there (${reason}). To compare with it: ${setupLine}`,
});
