/** Operators that not every operator set has, or that a later one changed: each is written as the graph's own knows it. */

import type { OnnxGraph } from "./graph";

/**
 * x · Φ(x): one operator since operator set 20, before that x/2 · (1 + erf(x / √2)).
 *
 * For x below about −5.5 rounding leaves −0 of it, so its sign has to be read from x.
 *
 * @returns shape of x
 */
export function geluNode(graph: OnnxGraph, x: string): string {
  if (graph.operatorSet >= 20) return graph.node("Gelu", [x]);
  const erf = graph.node("Erf", [graph.node("Mul", [x, graph.number(Math.SQRT1_2)])]);
  const half = graph.node("Mul", [x, graph.number(0.5)]);
  return graph.node("Mul", [half, graph.node("Add", [erf, graph.number(1)])]);
}

/**
 * The mean or the maximum over one axis, which is an input since operator set 18 and was an attribute before.
 *
 * @returns shape of x without that axis, or with 1 in its place
 */
export function reduceNode(
  graph: OnnxGraph,
  operator: "ReduceMean" | "ReduceMax",
  x: string,
  { axis, keepAxis }: { readonly axis: number; readonly keepAxis: boolean },
): string {
  const keepdims = { integer: keepAxis ? 1 : 0 };
  if (graph.operatorSet >= 18) return graph.node(operator, [x, graph.list(axis)], { keepdims });
  return graph.node(operator, [x], { axes: [axis], keepdims });
}

/** Attention of all heads as one operator is there since this operator set. */
export const hasAttention = (graph: OnnxGraph): boolean => graph.operatorSet >= 23;
