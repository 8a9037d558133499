/** What `useBackend` may be asked for. Nothing is imported here: the command line names them before it loads TensorFlow.js. */
export const backendNames = ["auto", "tensorflow", "wasm", "cpu"] as const;

/** What `arithmetic` tells apart, as plans and records name it. */
export const arithmetics = ["tensorflow", "wasm+kernels", "wasm", "cpu"] as const;
