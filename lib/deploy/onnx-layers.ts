import { type Binarizer, isLearned, scaleCount } from "../binarize/binarizer";
import type { ParameterArrays } from "../vit/parameters";
import type { OnnxGraph } from "./onnx-graph";

/** What writes the nodes of one model: its graph and its parameters. */
export interface OnnxWriter {
  readonly graph: OnnxGraph;
  readonly parameters: ParameterArrays;
}

/** @returns a parameter as it is stored in the graph, by its own name or with another shape */
export function parameter({ graph, parameters }: OnnxWriter, name: string, shape = parameters[name].shape): string {
  return graph.floats(name, shape, parameters[name].data);
}

/**
 * A linear layer, float or with its binarization simulated in floats.
 *
 * y = x · W + bias, or ((a(x) · sign(V)) · α) · β + bias as `binaryLinear` has it
 *
 * @param writer - where to
 * @param layer - names of the parameters
 * @param x - shape [R, I]
 * @param binarizer - how, or `"off"`
 * @param signsOf - the nodes of sign(x), where they are not those of x itself
 * @returns shape [R, O]
 */
export function linearNodes(
  writer: OnnxWriter,
  layer: { readonly weight: string; readonly bias: string; readonly scale: string },
  x: string,
  binarizer: Binarizer | "off",
  signsOf = () => signNodes(writer.graph, x),
): string {
  const { graph, parameters } = writer;
  const { data } = parameters[layer.weight];
  const outputs = parameters[layer.bias].data.length;
  const shape = [data.length / outputs, outputs];
  const bias = parameter(writer, layer.bias);
  if (binarizer === "off") return graph.node("Gemm", [x, parameter(writer, layer.weight, shape), bias]);
  const { signs, alpha } = signsAndScale(data, outputs, binarizer, parameters[layer.scale]?.data);
  const input = binarizer.activation === "sign" ? signsOf() : x;
  let y = graph.node("MatMul", [input, graph.floats(`${layer.weight} signs`, shape, signs)]);
  if (alpha) y = graph.node("Mul", [y, graph.floats(`${layer.weight} alpha`, [alpha.length], alpha)]);
  if (binarizer.activationScale === "token") y = graph.node("Mul", [y, meanAbsolute(graph, x)]);
  return graph.node("Add", [y, bias]);
}

/** @returns −1 where x < 0, +1 elsewhere; shape of x */
export const signNodes = (graph: OnnxGraph, x: string): string =>
  graph.node("Where", [graph.node("Less", [x, graph.number(0)]), graph.number(-1), graph.number(1)]);

/**
 * The sign that `gelu` of x has, from x: a runtime's own GELU may round to −0, whose sign is +1, far earlier than ours.
 *
 * @returns −1 where x < 0 and e^(−x²/2) is not yet cut to 0, +1 elsewhere; shape of x
 */
export function geluSignNodes(graph: OnnxGraph, x: string): string {
  const exponent = graph.node("Mul", [graph.node("Mul", [x, x]), graph.number(-0.5)]);
  const kept = graph.node("GreaterOrEqual", [exponent, graph.number(-60)]);
  const negative = graph.node("And", [graph.node("Less", [x, graph.number(0)]), kept]);
  return graph.node("Where", [negative, graph.number(-1), graph.number(1)]);
}

/** @returns mean abs(x) over the last axis; shape [..., 1] */
export const meanAbsolute = (graph: OnnxGraph, x: string): string =>
  graph.node("ReduceMean", [graph.node("Abs", [x]), graph.list(-1)]);

/**
 * Signs and coefficient of a latent weight, as `binarizeWeight` defines them.
 *
 * @param weight - shape [I, O]
 * @param learned - α of the learned forms
 * @returns ±1, shape [I, O]; α of O values or one, none for scale `none`
 */
function signsAndScale(weight: Float32Array, outputs: number, { scale, center }: Binarizer, learned?: Float32Array) {
  const inputs = weight.length / outputs;
  const columnMeans = (values: ArrayLike<number>) => {
    const sums = new Float64Array(outputs);
    for (let i = 0; i < values.length; i++) sums[i % outputs] += values[i];
    return sums.map((sum) => sum / inputs);
  };
  const means = center ? columnMeans(weight) : new Float64Array(outputs);
  const latent = weight.map((value, i) => value - means[i % outputs]);
  const signs = latent.map((value) => (value < 0 ? -1 : 1));
  if (scaleCount(scale, outputs) === 0) return { signs };
  if (isLearned(scale)) return { signs, alpha: learned as Float32Array };
  const channels = Float32Array.from(columnMeans(latent.map(Math.abs)));
  const tensor = channels.reduce((sum, mean) => sum + mean, 0) / outputs;
  return { signs, alpha: scale === "tensor" ? Float32Array.of(tensor) : channels };
}
