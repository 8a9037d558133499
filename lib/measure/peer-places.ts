import { existsSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../base/kit-root";

/** The line that brings every peer which is not a package of the kit. */
export const setupLine = "node bench/peers/setup.cjs";

/** @returns a file of bench/peers */
export const peerFile = (...names: readonly string[]): string => join(kitRoot(), "bench", "peers", ...names);

/**
 * The Python of the peers' environment, which `bench/peers/setup.cjs` makes, else the one on the path.
 *
 * @param folder - of the environment
 */
export function peerPython(folder = peerFile(".venv")): string {
  const places = [join(folder, "bin", "python"), join(folder, "Scripts", "python.exe")];
  return places.find((place) => existsSync(place)) ?? "python3";
}
