import type { FrozenModel } from "../deploy/freeze";
import type { PackedConfig, PackedLinear } from "../deploy/packed-config";
import type { OnnxGraph } from "./graph";
import { geluNode, reduceNode } from "./operators";

/** What writes the nodes of one model: its graph and what is left of its parameters. */
export interface OnnxWriter {
  readonly graph: OnnxGraph;
  readonly parameters: FrozenModel["arrays"];
}

/** @returns a parameter as it is stored in the graph, by its own name or with another shape */
export function parameter({ graph, parameters }: OnnxWriter, name: string, shape = parameters[name].shape): string {
  return graph.floats(name, shape, parameters[name].data);
}

/**
 * A linear layer, float or with what is left of its binarization.
 *
 * y = x · W + bias, or ((a(x) · S) · α) · β + bias, a(x) = sign(x − τ) or x
 *
 * @param writer - where to
 * @param layer - which
 * @param x - shape [R, I]
 * @param signed - what has the signs of x, where x itself may have lost them to rounding; shape [R, I]
 * @returns shape [R, O]
 */
export function linearNodes(writer: OnnxWriter, layer: PackedLinear, x: string, signed = x): string {
  const { graph, parameters } = writer;
  const { name, weight, form, inputs, outputs, tokens } = layer;
  const bias = parameter(writer, layer.bias);
  if (form === "float") return graph.node("Gemm", [x, parameter(writer, weight, [inputs, outputs]), bias]);
  let input = x;
  if (form.inputs === "signs") {
    input =
      form.threshold === "none"
        ? signNodes(graph, signed)
        : signNodes(graph, x, parameter(writer, `${name}.threshold`));
  }
  let y = graph.node("MatMul", [input, parameter(writer, `${weight}.signs`)]);
  if (form.alpha !== "none") y = graph.node("Mul", [y, parameter(writer, `${weight}.alpha`)]);
  if (form.factor === "token") y = graph.node("Mul", [y, meanAbsolute(graph, x)]);
  if (form.factor === "position") {
    const rows = graph.node("Reshape", [y, graph.list(-1, tokens, outputs)]);
    const factors = graph.floats(`${name}.position`, [tokens, 1], parameters[`${name}.position`].data);
    y = graph.node("Reshape", [graph.node("Mul", [rows, factors]), graph.list(-1, outputs)]);
  }
  return graph.node("Add", [y, bias]);
}

/**
 * What hidden units go through.
 *
 * @param writer - where to
 * @param config - the model
 * @param name - e.g. `blocks.0.mlp.activation`
 * @param x - shape [R, M]
 * @returns shape of x
 */
export function activationNodes(writer: OnnxWriter, { activation }: PackedConfig, name: string, x: string): string {
  const { graph } = writer;
  if (activation === "gelu") return geluNode(graph, x);
  if (activation === "relu") return graph.node("Relu", [x]);
  const own = (what: string) => parameter(writer, `${name}.${what}`);
  const shifted = graph.node("Sub", [x, own("knee")]);
  const below = graph.node("Mul", [shifted, own("slope")]);
  const bent = graph.node("Where", [graph.node("Greater", [shifted, graph.number(0)]), shifted, below]);
  return graph.node("Add", [bent, own("offset")]);
}

/** @returns −1 where x < τ, +1 elsewhere; shape of x */
export const signNodes = (graph: OnnxGraph, x: string, threshold = graph.number(0)): string =>
  graph.node("Where", [graph.node("Less", [x, threshold]), graph.number(-1), graph.number(1)]);

/** @returns mean abs(x) over the last axis; shape [..., 1] */
export const meanAbsolute = (graph: OnnxGraph, x: string): string =>
  reduceNode(graph, "ReduceMean", graph.node("Abs", [x]), { axis: -1, keepAxis: true });
