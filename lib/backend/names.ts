/** What `useBackend` may be asked for. Nothing is imported here: the command line names them before it loads TensorFlow.js. */
export const backendNames = ["auto", "tensorflow", "wasm", "cpu"] as const;
