import { loadNative } from "../../lib/backend/native";
import { type BackendReport, useBackend } from "../../lib/backend/select";

/** Every way to compute that this machine has; each is to give the same numbers. */
export const backends: readonly { readonly name: string; readonly use: () => Promise<BackendReport> }[] = [
  { name: "cpu", use: () => useBackend("cpu") },
  { name: "wasm without kernels", use: () => useBackend("wasm", { kernels: false }) },
  { name: "wasm with kernels", use: () => useBackend("wasm", { kernels: true }) },
  ...(loadNative(require).loaded ? [{ name: "tensorflow", use: () => useBackend("tensorflow") }] : []),
];
