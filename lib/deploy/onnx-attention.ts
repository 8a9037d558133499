import type { Binarizer } from "../binarize/binarizer";
import { type ModelConfig, numTokens } from "../vit/config";
import type { OnnxGraph } from "./onnx-graph";
import { meanAbsolute, signNodes } from "./onnx-layers";

/**
 * Scaled dot-product self-attention of all heads, with scores and values binarized where the model says so.
 *
 * context = softmax(Q Kᵀ / √d) V, heads joined again
 *
 * B: images, N: tokens, D: width, H: heads, d = D / H
 *
 * @param graph - where to
 * @param config - the model
 * @param qkv - shape [B · N, 3D]
 * @returns shape [B · N, D]
 */
export function attentionNodes(graph: OnnxGraph, config: ModelConfig, qkv: string): string {
  const { embedDim, binarize } = config;
  const joint = graph.node("Reshape", [qkv, graph.list(-1, numTokens(config), 3 * embedDim)]);
  const parts = [0, 1, 2].map((part) => {
    const [from, to] = [part * embedDim, (part + 1) * embedDim];
    return graph.node("Slice", [joint, graph.list(from), graph.list(to), graph.list(2)]); // [B, N, D]
  });
  const plain = binarize.scores === "off" && binarize.values === "off";
  const context = plain ? fusedNodes(graph, config, parts) : binaryNodes(graph, config, parts);
  return graph.node("Reshape", [context, graph.list(-1, embedDim)]);
}

function fusedNodes(graph: OnnxGraph, { numHeads }: ModelConfig, parts: readonly string[]): string {
  return graph.node("Attention", parts, { q_num_heads: { integer: numHeads }, kv_num_heads: { integer: numHeads } });
}

function binaryNodes(graph: OnnxGraph, config: ModelConfig, parts: readonly string[]): string {
  const { embedDim, numHeads, binarize } = config;
  const [tokens, headDim] = [numTokens(config), embedDim / numHeads];
  const [query, key, value] = parts.map((part, i) => {
    const split = graph.node("Reshape", [part, graph.list(-1, tokens, numHeads, headDim)]);
    const heads = graph.node("Transpose", [split], { perm: [0, 2, 1, 3] }); // [B, H, N, d]
    const how = i === 2 ? binarize.values : binarize.scores;
    return how === "off" ? heads : operandNodes(graph, heads, how);
  });
  const products = graph.node("MatMul", [query, graph.node("Transpose", [key], { perm: [0, 1, 3, 2] })]);
  const scores = graph.node("Mul", [products, graph.number(1 / Math.sqrt(headDim))]);
  const probabilities = graph.node("Softmax", [scores]);
  const weights =
    binarize.values === "off" ? probabilities : probabilityNodes(graph, probabilities, tokens, binarize.values);
  const joined = graph.node("Transpose", [graph.node("MatMul", [weights, value])], { perm: [0, 2, 1, 3] });
  return graph.node("Reshape", [joined, graph.list(-1, tokens, embedDim)]);
}

// As `binarizeOperand`: signs, times the mean absolute value of each token.
function operandNodes(graph: OnnxGraph, x: string, { scale }: Binarizer): string {
  const signs = signNodes(graph, x);
  return scale === "none" ? signs : graph.node("Mul", [signs, meanAbsolute(graph, x)]);
}

// As `binarizeProbabilities`: what is at least 1/N is kept, at the mean of what is kept.
function probabilityNodes(graph: OnnxGraph, probabilities: string, keys: number, { scale }: Binarizer): string {
  const enough = graph.node("GreaterOrEqual", [probabilities, graph.number((1 - 1e-5) / keys)]);
  const kept = graph.node("Where", [enough, graph.number(1), graph.number(0)]);
  const sum = (x: string) => graph.node("ReduceSum", [x, graph.list(-1)]);
  const factor =
    scale === "none"
      ? graph.number(1 / keys)
      : graph.node("Div", [sum(graph.node("Mul", [kept, probabilities])), sum(kept)]);
  return graph.node("Mul", [kept, factor]);
}
