/** How to get tfjs-node. */
export const nativeAdvice =
  "`npm install --no-save @tensorflow/tfjs-node@4.22.0` adds it, and fetches its library from storage.googleapis.com; " +
  "where that is out of reach, `node scripts/build-tfjs-node.cjs` builds it on Linux.";

const manifest = "@tensorflow/tfjs-node/package.json";

/**
 * The version of tfjs-node that is installed, without loading it.
 *
 * @param load - `require`
 * @returns undefined where it is missing or its stand-in is there
 */
export function nativeVersion(load: (name: string) => unknown): string | undefined {
  try {
    const { version, binvitStandIn } = load(manifest) as { readonly version: string; readonly binvitStandIn?: boolean };
    return binvitStandIn ? undefined : version;
  } catch {
    return undefined;
  }
}

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
    if ((load(manifest) as { readonly binvitStandIn?: boolean }).binvitStandIn)
      return { loaded: false, reason: "tfjs-node is not installed" };
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
