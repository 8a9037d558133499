import { type PackedConfig, type PackedLinear, packedLinears } from "../deploy/packed-config";
import { numPatches } from "../vit/config";
import type { Window } from "../vit/linears";
import type { OnnxGraph } from "./graph";
import { activationNodes, linearNodes, type OnnxWriter } from "./layers";

/**
 * From images to tokens: patch embedding or the two convolutions of a stem, class token, positions.
 *
 * @param writer - where to
 * @param config - the model
 * @param images - shape [B, S, S, c]
 * @returns shape [B · N, D]
 */
export function embeddingNodes(writer: OnnxWriter, config: PackedConfig, images: string): string {
  const { graph, parameters } = writer;
  const { embedDim } = config;
  const rows = config.stem === "patch" ? patchNodes(writer, config, images) : stemNodes(writer, config, images);
  let tokens = graph.node("Reshape", [rows, graph.list(-1, numPatches(config), embedDim)]);
  const { shape, data } = parameters.positionEmbedding;
  const added = data.slice();
  if (config.pooling === "class-token") {
    // A row of zeros is put before the patches, and the class token added to it together with its position.
    tokens = graph.node("Pad", [tokens, graph.list(0, 1, 0, 0, 0, 0)]);
    for (const [i, value] of parameters.classToken.data.entries()) added[i] += value;
  }
  const x = graph.node("Add", [tokens, graph.floats("positionEmbedding", shape, added)]);
  return graph.node("Reshape", [x, graph.list(-1, embedDim)]);
}

// As `patchify`; [B, S, S, c] → [B · N, D].
function patchNodes(writer: OnnxWriter, config: PackedConfig, images: string): string {
  const { graph } = writer;
  const { imageSize, patchSize, channels } = config;
  const side = imageSize / patchSize;
  const cut = graph.node("Reshape", [images, graph.list(-1, side, patchSize, side, patchSize, channels)]);
  const sorted = graph.node("Transpose", [cut], { perm: [0, 1, 3, 2, 4, 5] });
  const pixels = graph.node("Reshape", [sorted, graph.list(-1, patchSize * patchSize * channels)]);
  return linearNodes(writer, packedLinears(config)[0], pixels);
}

function stemNodes(writer: OnnxWriter, config: PackedConfig, images: string): string {
  const { graph } = writer;
  const [first, second] = packedLinears(config) as (PackedLinear & { readonly window: Window })[];
  const hidden = linearNodes(writer, first, unfoldNodes(graph, images, first.window));
  const { size, channels } = second.window;
  const windows = (x: string) =>
    unfoldNodes(graph, graph.node("Reshape", [x, graph.list(-1, size, size, channels)]), second.window);
  const active = windows(activationNodes(writer, config, first.activation as string, hidden));
  return linearNodes(writer, second, active, config.activation === "gelu" ? windows(hidden) : active); // as of fc2
}

// As `unfold`; [B, S, S, c] → [B · out², kernel² · c].
function unfoldNodes(graph: OnnxGraph, x: string, { size, channels, kernel, stride, padding }: Window): string {
  const padded = graph.node("Pad", [x, graph.list(0, padding, padding, 0, 0, padding, padding, 0)]);
  const last = size - stride + 1; // one after the first pixel of the last window
  const parts = Array.from({ length: kernel * kernel }, (_, part) => {
    const from = [Math.floor(part / kernel), part % kernel];
    const [starts, ends] = [graph.list(...from), graph.list(...from.map((at) => at + last))];
    return graph.node("Slice", [padded, starts, ends, graph.list(1, 2), graph.list(stride, stride)]);
  });
  const windows = graph.node("Concat", parts, { axis: { integer: -1 } });
  return graph.node("Reshape", [windows, graph.list(-1, kernel * kernel * channels)]);
}
