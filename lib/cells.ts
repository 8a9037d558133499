/**
 * The public face of `binvit/cells`: what a page needs to run cells of the notebooks. `binvit` is the kit as a cell
 * imports it, but for what needs files or Node, whose names are in `inNodeOnly`.
 *
 * @example
 * import * as tf from "@tensorflow/tfjs";
 * import { binvit, giveDigits, giveDisplay, startBackend } from "binvit/cells";
 *
 * await startBackend({ tensorflow: "/tfjs-backend-wasm-simd.wasm", kernels });
 * giveDigits(file);
 * giveDisplay(() => (bundle) => console.log(bundle["text/plain"]));
 */

import * as binvit from "./index";

export { useBackend as startBackend } from "./backend/select-in-pages";
export { giveDigits } from "./data/read-digits-in-pages";
export { giveDisplay } from "./notebook/live-display-in-pages";
export { binvit };

/** Names that `binvit` has in Node alone; the build for pages writes them into the index. */
export const inNodeOnly: readonly string[] = (binvit as { inNodeOnly?: readonly string[] }).inNodeOnly ?? [];
