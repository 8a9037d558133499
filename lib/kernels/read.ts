import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";

/**
 * Reads the compiled module from disk.
 *
 * @throws FileError if it has not been built
 */
export function readKernels(): Uint8Array {
  // Next to this file once compiled; in dist/ for tests, which run the sources.
  const places = [join(__dirname, "binvit.wasm"), join(__dirname, "..", "dist", "kernels", "binvit.wasm")];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new FileError("The compiled kernels (binvit.wasm) are missing. Run `npm run build` to make them.");
  return new Uint8Array(readFileSync(found));
}
