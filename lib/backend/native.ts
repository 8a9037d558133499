/** Whether the native TensorFlow of @tensorflow/tfjs-node is there, or why not. */
export type NativeResult = { readonly loaded: true } | { readonly loaded: false; readonly reason: string };

/**
 * Loads @tensorflow/tfjs-node, which registers its backend as `tensorflow`.
 *
 * @param load - `require`
 * @returns why not, in a phrase, where the package is missing, a stand-in, or fails to load
 */
export function loadNative(load: (name: string) => unknown): NativeResult {
  try {
    const manifest = load("@tensorflow/tfjs-node/package.json") as { readonly binvitStandIn?: boolean };
    if (manifest.binvitStandIn) return { loaded: false, reason: "tfjs-node's native library did not install" };
    restoreUtil(load("node:util") as Record<string, unknown>);
    load("@tensorflow/tfjs-node");
    return { loaded: true };
  } catch (error) {
    if (isMissing(error)) return { loaded: false, reason: "tfjs-node is not installed" };
    const [firstLine] = `${error instanceof Error ? error.message : error}`.split("\n");
    return { loaded: false, reason: `tfjs-node does not load (${firstLine})` };
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("Cannot find module '@tensorflow/tfjs-node");

/** tfjs-node 4.22 calls two functions that Node 23 removed; upstream has the repair, but no release with it. */
export function restoreUtil(util: Record<string, unknown>): void {
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
