import { unknownForm } from "../base/errors";
import type { Binarizer } from "../binarize/binarizer";
import { trainedWeight } from "../deploy/trained-weight";
import type { WeightLayer } from "../vit/layers";
import type { ParameterArrays } from "../vit/parameters";
import type { OnnxGraph } from "./graph";
import { reduceNode } from "./operators";

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
 * @param layer - which
 * @param x - shape [R, I]
 * @param signed - what has the signs of x, where x itself may have lost them to rounding; shape [R, I]
 * @returns shape [R, O]
 * @throws ConfigError if the exporter does not know a form that the layer is binarized with
 */
export function linearNodes(writer: OnnxWriter, layer: WeightLayer, x: string, signed = x): string {
  const { graph, parameters } = writer;
  const { binarizer, inputs, outputs } = layer;
  const shape = [inputs, outputs];
  const bias = parameter(writer, layer.bias);
  if (binarizer === "off") return graph.node("Gemm", [x, parameter(writer, layer.weight, shape), bias]);
  const { signs, alpha } = trainedWeight(layer, binarizer, parameters);
  const input = activationNodes(graph, binarizer, x, signed);
  let y = graph.node("MatMul", [input, graph.floats(`${layer.weight} signs`, shape, signs)]);
  if (alpha) y = graph.node("Mul", [y, graph.floats(`${layer.weight} alpha`, [alpha.length], alpha)]);
  const beta = activationScaleNodes(graph, binarizer, x);
  if (beta) y = graph.node("Mul", [y, beta]);
  return graph.node("Add", [y, bias]);
}

/** a(x); shape of x */
function activationNodes(graph: OnnxGraph, { activation }: Binarizer, x: string, signed: string): string {
  switch (activation) {
    case "sign":
      return signNodes(graph, signed);
    case "none":
      return x;
    default:
      return unknownForm("The ONNX export", "activation", activation);
  }
}

/** β, shape [R, 1]; none where it is 1 */
function activationScaleNodes(graph: OnnxGraph, { activationScale }: Binarizer, x: string): string | undefined {
  switch (activationScale) {
    case "none":
      return undefined;
    case "token":
      return meanAbsolute(graph, x);
    default:
      return unknownForm("The ONNX export", "activation scale", activationScale);
  }
}

/** @returns −1 where x < 0, +1 elsewhere; shape of x */
export const signNodes = (graph: OnnxGraph, x: string): string =>
  graph.node("Where", [graph.node("Less", [x, graph.number(0)]), graph.number(-1), graph.number(1)]);

/** @returns mean abs(x) over the last axis; shape [..., 1] */
export const meanAbsolute = (graph: OnnxGraph, x: string): string =>
  reduceNode(graph, "ReduceMean", graph.node("Abs", [x]), { axis: -1, keepAxis: true });
