import { OnnxGraph } from "./graph";

/**
 * One matrix product as an ONNX file, to time a runtime's own: C = A · B with B stored, so that it can be rearranged once.
 *
 * Input `A` [m, K], output `C` [m, N], for any m.
 *
 * @param b - shape [K, N]
 * @returns the bytes of the file
 */
export function onnxMatMul(b: { readonly shape: readonly [number, number]; readonly data: Float32Array }): Uint8Array {
  const graph = new OnnxGraph();
  graph.node("MatMul", [graph.input("A", ["m", b.shape[0]]), graph.floats("B", b.shape, b.data)], {}, "C");
  graph.output("C", ["m", b.shape[1]]);
  return graph.encode("matrix product");
}
