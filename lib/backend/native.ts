/** How to get tfjs-node, where it is not there. */
export const nativeInstallLine = "npm install --no-save @tensorflow/tfjs-node@4.22.0";

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
    if (manifest.binvitStandIn) return { loaded: false, reason: "tfjs-node is not installed" };
    prepareNative(load("node:util") as Record<string, unknown>);
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

/**
 * What a process needs before it loads tfjs-node. Its 4.22 calls two functions that Node 23 removed, and of which Node 22
 * says that they are old; upstream has the repair, but no release with it. And TensorFlow greets on stderr, which a
 * notebook takes for a failure.
 *
 * @param util - the module `node:util`
 */
export function prepareNative(util: Record<string, unknown>): void {
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "1";
}
