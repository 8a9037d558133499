import { readFileSync } from "node:fs";
import { type BackendReport, useBackend } from "../../lib/backend/select";

const manifest = JSON.parse(readFileSync(require.resolve("@tensorflow/tfjs-node/package.json"), "utf8"));

/** Every way to compute that this machine has; each is to give the same numbers. */
export const backends: readonly { readonly name: string; readonly use: () => Promise<BackendReport> }[] = [
  { name: "cpu", use: () => useBackend("cpu") },
  { name: "wasm without kernels", use: () => useBackend("wasm", { kernels: false }) },
  { name: "wasm with kernels", use: () => useBackend("wasm", { kernels: true }) },
  ...(manifest.binvitStandIn ? [] : [{ name: "tensorflow", use: () => useBackend("tensorflow") }]),
];
