import { type JaxJs, startJaxJs } from "./jax-js";
import { type OnnxLoader, onnxRuntime } from "./onnxruntime";
import { type PyTorch, startPyTorch } from "./pytorch";
import { startTfjsNode, type TfjsNode } from "./tfjs-node";

/** What the kit is compared with, as far as it is here. */
export interface Peers {
  readonly onnx?: OnnxLoader;
  readonly pyTorch?: PyTorch;
  readonly jaxJs?: JaxJs;
  readonly tfjsNode?: TfjsNode;
  /** Says why a peer has no rows, in a sentence. */
  readonly absent?: (reason: string) => void;
  /** Notes the version of a peer that shows only while it works. */
  readonly noteVersion?: (peer: string, version: string) => void;
}

/** Peers that have been started, with what is known of them. */
export interface StartedPeers {
  readonly peers: Peers;
  readonly versions: Record<string, string>;
  /** Why a peer has no rows, one sentence each. */
  readonly missing: string[];
  /** Ends their processes. */
  close(): void;
}

/**
 * Starts every peer that is here.
 *
 * @param models - whether whole models are compared, which tfjs-node takes part in
 */
export async function startPeers(models: boolean): Promise<StartedPeers> {
  const missing: string[] = [];
  const versions: Record<string, string> = {};
  const absent = (reason: string) => {
    if (!missing.includes(reason)) missing.push(reason);
  };
  const present = <Peer extends object>(peer: Peer | { readonly missing: string }): Peer | undefined => {
    if (!("missing" in peer)) return peer;
    absent(peer.missing as string);
    return undefined;
  };
  const runtime = present(onnxRuntime(require));
  const pyTorch = present(await startPyTorch());
  const jaxJs = present(await startJaxJs());
  const tfjsNode = models ? present(await startTfjsNode()) : undefined;
  if (runtime) versions.onnxruntime = runtime.version;
  if (pyTorch?.notCompiling) absent(`torch.compile does not work here: ${pyTorch.notCompiling}.`);
  for (const [name, peer] of Object.entries({ pytorch: pyTorch, "jax-js": jaxJs, "tfjs-node": tfjsNode })) {
    if (peer) versions[name] = peer.version;
  }
  const noteVersion = (peer: string, version: string) => {
    versions[peer] = version;
  };
  return {
    peers: { onnx: runtime?.open, pyTorch, jaxJs, tfjsNode, absent, noteVersion },
    versions,
    missing,
    close: () => {
      for (const peer of [pyTorch, jaxJs, tfjsNode]) peer?.close();
    },
  };
}
