import type { Binarizer } from "../binarize/binarizer";
import { type ModelConfig, numTokens } from "../vit/config";
import type { OnnxGraph } from "./graph";
import { meanAbsolute, signNodes } from "./layers";
import { hasAttention, reduceNode } from "./operators";

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
  const { embedDim } = config;
  const joint = graph.node("Reshape", [qkv, graph.list(-1, numTokens(config), 3 * embedDim)]);
  const parts = [0, 1, 2].map((part) => {
    const [from, to] = [part * embedDim, (part + 1) * embedDim];
    return graph.node("Slice", [joint, graph.list(from), graph.list(to), graph.list(2)]); // [B, N, D]
  });
  const context = isOneOperator(graph, config) ? fusedNodes(graph, config, parts) : productNodes(graph, config, parts);
  return graph.node("Reshape", [context, graph.list(-1, embedDim)]);
}

// Not where the next layer reads signs: that operator divides before it sums, and values that cancel leave a rounding.
function isOneOperator(graph: OnnxGraph, { binarize }: ModelConfig): boolean {
  const { scores, values, projection } = binarize;
  return hasAttention(graph) && [scores, values, projection].every((how) => how === "off");
}

function fusedNodes(graph: OnnxGraph, { numHeads }: ModelConfig, parts: readonly string[]): string {
  return graph.node("Attention", parts, { q_num_heads: { integer: numHeads }, kv_num_heads: { integer: numHeads } });
}

function productNodes(graph: OnnxGraph, config: ModelConfig, parts: readonly string[]): string {
  const { embedDim, numHeads, binarize } = config;
  const [tokens, headDim] = [numTokens(config), embedDim / numHeads];
  const [query, key, value] = parts.map((part, i) => {
    const split = graph.node("Reshape", [part, graph.list(-1, tokens, numHeads, headDim)]);
    const heads = graph.node("Transpose", [split], { perm: [0, 2, 1, 3] }); // [B, H, N, d]
    const how = i === 2 ? binarize.values : binarize.scores;
    return how === "off" ? heads : operandNodes(graph, heads, how);
  });
  const products = graph.node("MatMul", [query, graph.node("Transpose", [key], { perm: [0, 1, 3, 2] })]);
  const powers = powerNodes(graph, products, 1 / Math.sqrt(headDim));
  const total = graph.node("ReduceSum", [powers, graph.list(-1)]);
  const context =
    binarize.values === "off"
      ? graph.node("Div", [graph.node("MatMul", [powers, value]), total]) // as `attend`, which says why
      : keptNodes(graph, graph.node("Div", [powers, total]), value, tokens, binarize.values);
  const joined = graph.node("Transpose", [context], { perm: [0, 2, 1, 3] });
  return graph.node("Reshape", [joined, graph.list(-1, tokens, embedDim)]);
}

// As `binarizeOperand`: signs, times the mean absolute value of each token.
function operandNodes(graph: OnnxGraph, x: string, { scale }: Binarizer): string {
  const signs = signNodes(graph, x);
  return scale === "none" ? signs : graph.node("Mul", [signs, meanAbsolute(graph, x)]);
}

// e^(s − max s) of scaled scores s, and 0 below e^−60, as `attend` has it.
function powerNodes(graph: OnnxGraph, products: string, scale: number): string {
  const largest = reduceNode(graph, "ReduceMax", products, { axis: -1, keepAxis: true });
  const exponents = graph.node("Mul", [graph.node("Sub", [products, largest]), graph.number(scale)]);
  const enough = graph.node("GreaterOrEqual", [exponents, graph.number(-60)]);
  return graph.node("Where", [enough, graph.node("Exp", [exponents]), graph.number(0)]);
}

// As `binarizeProbabilities`, times the values: what is at least 1/N is kept, at the mean of what is kept. That factor
// comes last: sums of ±1 are exact, and one that is 0 has to stay 0 for the next sign.
function keptNodes(graph: OnnxGraph, probabilities: string, value: string, keys: number, { scale }: Binarizer): string {
  const enough = graph.node("GreaterOrEqual", [probabilities, graph.number((1 - 1e-5) / keys)]);
  const kept = graph.node("Where", [enough, graph.number(1), graph.number(0)]);
  const sum = (x: string) => graph.node("ReduceSum", [x, graph.list(-1)]);
  const factor =
    scale === "none"
      ? graph.number(1 / keys)
      : graph.node("Div", [sum(graph.node("Mul", [kept, probabilities])), sum(kept)]);
  return graph.node("Mul", [graph.node("MatMul", [kept, value]), factor]);
}
