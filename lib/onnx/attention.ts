import type { PackedConfig, PackedScores, PackedValues } from "../deploy/packed-config";
import { numTokens } from "../vit/config";
import type { OnnxGraph } from "./graph";
import { meanAbsolute, type OnnxWriter, parameter, signNodes } from "./layers";
import { hasAttention, reduceNode } from "./operators";

/**
 * Scaled dot-product self-attention of all heads, with what is left of binarized scores and values.
 *
 * context = softmax(Q Kᵀ / √d) V, heads joined again
 *
 * B: images, N: tokens, D: width, H: heads, d = D / H
 *
 * @param writer - where to
 * @param config - the model
 * @param name - e.g. `blocks.0.attention`
 * @param qkv - shape [B · N, 3D]
 * @returns shape [B · N, D]
 */
export function attentionNodes(writer: OnnxWriter, config: PackedConfig, name: string, qkv: string): string {
  const { graph } = writer;
  const { embedDim } = config;
  const joint = graph.node("Reshape", [qkv, graph.list(-1, numTokens(config), 3 * embedDim)]);
  const parts = [0, 1, 2].map((part) => {
    const [from, to] = [part * embedDim, (part + 1) * embedDim];
    return graph.node("Slice", [joint, graph.list(from), graph.list(to), graph.list(2)]); // [B, N, D]
  });
  const context = isOneOperator(graph, config)
    ? fusedNodes(graph, config, parts)
    : productNodes(writer, config, name, parts);
  return graph.node("Reshape", [context, graph.list(-1, embedDim)]);
}

// Not where the next layer reads signs: that operator divides before it sums, and values that cancel leave a rounding.
function isOneOperator(graph: OnnxGraph, { scores, values, layers }: PackedConfig): boolean {
  return hasAttention(graph) && [scores, values, layers.projection].every((how) => how === "float");
}

function fusedNodes(graph: OnnxGraph, { numHeads }: PackedConfig, parts: readonly string[]): string {
  return graph.node("Attention", parts, { q_num_heads: { integer: numHeads }, kv_num_heads: { integer: numHeads } });
}

function productNodes(writer: OnnxWriter, config: PackedConfig, name: string, parts: readonly string[]): string {
  const { graph } = writer;
  const { embedDim, numHeads, scores, values } = config;
  const [tokens, headDim] = [numTokens(config), embedDim / numHeads];
  const [query, key, value] = parts.map((part) => {
    const split = graph.node("Reshape", [part, graph.list(-1, tokens, numHeads, headDim)]);
    return graph.node("Transpose", [split], { perm: [0, 2, 1, 3] }); // [B, H, N, d]
  });
  let powers: string;
  if (scores === "float") {
    const products = graph.node("MatMul", [query, graph.node("Transpose", [key], { perm: [0, 1, 3, 2] })]);
    powers = powerNodes(graph, products, 1 / Math.sqrt(headDim));
  } else powers = powerNodes(graph, scoreNodes(writer, config, `${name}.scores`, scores, query, key));
  const total = graph.node("ReduceSum", [powers, graph.list(-1)]);
  const context =
    values === "float"
      ? graph.node("Div", [graph.node("MatMul", [powers, value]), total]) // as `attend`, which says why
      : keptNodes(writer, config, `${name}.values`, values, graph.node("Div", [powers, total]), value);
  const joined = graph.node("Transpose", [context], { perm: [0, 2, 1, 3] });
  return graph.node("Reshape", [joined, graph.list(-1, tokens, embedDim)]);
}

/** sign(x − τ) of q, k or v. */
function operandNodes(writer: OnnxWriter, config: PackedConfig, name: string, x: string): string {
  const { graph, parameters } = writer;
  const { numHeads, embedDim } = config;
  const threshold = parameters[`${name}.threshold`];
  if (!threshold) return signNodes(graph, x);
  const shape = threshold.data.length === 1 ? [1] : [numHeads, 1, embedDim / numHeads];
  return signNodes(graph, x, parameter(writer, `${name}.threshold`, shape));
}

// As `binaryScores`: ((sign(q) · sign(k)) · β_q · β_k) · scale + table.
function scoreNodes(
  writer: OnnxWriter,
  config: PackedConfig,
  name: string,
  { factor, correction }: PackedScores,
  query: string,
  key: string,
): string {
  const { graph } = writer;
  const transposed = (x: string) => graph.node("Transpose", [x], { perm: [0, 1, 3, 2] });
  const [q, k] = [
    operandNodes(writer, config, `${name}.query`, query),
    operandNodes(writer, config, `${name}.key`, key),
  ];
  const products = graph.node("MatMul", [q, transposed(k)]);
  let scores = products;
  if (factor === "token") {
    scores = graph.node("Mul", [scores, meanAbsolute(graph, query)]);
    scores = graph.node("Mul", [scores, transposed(meanAbsolute(graph, key))]);
  }
  scores = graph.node("Mul", [scores, parameter(writer, `${name}.scale`)]);
  if (correction === "none") return scores;
  const { numHeads, embedDim } = config;
  const headDim = embedDim / numHeads;
  const offsets = Float32Array.from({ length: numHeads }, (_, head) => head * (headDim + 1) + headDim / 2);
  const half = graph.node("Mul", [products, graph.number(0.5)]);
  const places = graph.node("Add", [half, graph.floats("corrections of heads", [numHeads, 1, 1], offsets)]);
  const index = graph.node("Cast", [places], { to: { integer: 7 } });
  const table = parameter(writer, `${name}.correction`, [numHeads * (headDim + 1)]);
  return graph.node("Add", [scores, graph.node("Gather", [table, index], { axis: { integer: 0 } })]);
}

// e^(s − max s) of scaled scores s, and 0 below e^−60, as `attend` has it.
function powerNodes(graph: OnnxGraph, products: string, scale = 1): string {
  const largest = reduceNode(graph, "ReduceMax", products, { axis: -1, keepAxis: true });
  const exponents = graph.node("Mul", [graph.node("Sub", [products, largest]), graph.number(scale)]);
  const enough = graph.node("GreaterOrEqual", [exponents, graph.number(-60)]);
  return graph.node("Where", [enough, graph.node("Exp", [exponents]), graph.number(0)]);
}

// As `attendBinary`: Σ α_l ([p ≥ t_l + r_l · max p] · sign(v − τ)) · γ. Factors come last: sums of ±1 are exact, and one
// that is 0 has to stay 0 for the next sign.
function keptNodes(
  writer: OnnxWriter,
  config: PackedConfig,
  name: string,
  { levels, share, factor, scale }: PackedValues,
  probabilities: string,
  value: string,
): string {
  const { graph, parameters } = writer;
  const { numHeads } = config;
  const signs = operandNodes(writer, config, `${name}.value`, value);
  const ofLevel = (what: string, level: number) => {
    const { data } = parameters[`${name}.probabilities.${what}`];
    const own = Float32Array.from({ length: numHeads }, (_, head) => data[head * levels + level]);
    return graph.floats(`${name}.probabilities.${what} ${level}`, [numHeads, 1, 1], own);
  };
  const sum = (x: string) => graph.node("ReduceSum", [x, graph.list(-1)]);
  const largest = share === "each" && reduceNode(graph, "ReduceMax", probabilities, { axis: -1, keepAxis: true });
  const threshold = (level: number) => {
    const fixed = ofLevel("threshold", level);
    return largest ? graph.node("Add", [fixed, graph.node("Mul", [ofLevel("share", level), largest])]) : fixed;
  };
  const terms = Array.from({ length: levels }, (_, level) => {
    const enough = graph.node("GreaterOrEqual", [probabilities, threshold(level)]);
    const kept = graph.node("Where", [enough, graph.number(1), graph.number(0)]);
    const mean = () =>
      graph.node("Div", [
        sum(graph.node("Mul", [kept, probabilities])),
        graph.node("Max", [sum(kept), graph.number(1)]),
      ]);
    const alpha = factor === "kept" ? mean() : ofLevel("alpha", level);
    return graph.node("Mul", [graph.node("MatMul", [kept, signs]), alpha]);
  });
  const context = terms.reduce((total, term) => graph.node("Add", [total, term]));
  return scale === "none" ? context : graph.node("Mul", [context, parameter(writer, `${name}.value.scale`)]);
}
