import type { PackedConfig } from "../deploy/packed-config";
import { gridSize, numPatches, numTokens, shiftName } from "../vit/config";
import type { OnnxGraph } from "./graph";
import type { OnnxWriter } from "./layers";

/**
 * The tokens beside an MLP, shifted by one distance, as `tokenShift` has it.
 *
 * B: images, N: tokens, D: width
 *
 * @param writer - where to
 * @param config - the model
 * @param mlp - e.g. `blocks.0.mlp`
 * @param distance - one of `config.shift`
 * @param x - what the MLP reads; shape [B · N, D]
 * @returns shape [B · N, D]
 */
export function tokenShiftNodes(
  { graph, parameters }: OnnxWriter,
  config: PackedConfig,
  mlp: string,
  distance: number,
  x: string,
): string {
  const { embedDim } = config;
  const [side, tokens, patches] = [gridSize(config), numTokens(config), numPatches(config)];
  const joint = graph.node("Reshape", [x, graph.list(-1, tokens, embedDim)]);
  const first = tokens - patches;
  const after = first > 0 ? slice(graph, joint, 1, first, tokens) : joint;
  const grid = graph.node("Reshape", [after, graph.list(-1, side, side, embedDim)]);
  const moved = [mean(graph, grid, 1, side, distance), mean(graph, grid, 2, side, distance)];
  const terms = [...moved, mix(graph, grid, side, embedDim, distance)].map((image, pattern) => {
    const shifted = graph.node("Reshape", [image, graph.list(-1, patches, embedDim)]);
    const all = first > 0 ? concat(graph, [slice(graph, joint, 1, 0, first), shifted], 1) : shifted;
    const [scale, offset] = ["scale", "offset"].map((own) => {
      const name = `${shiftName(mlp, distance)}.${own}`;
      const row = parameters[name].data.slice(pattern * embedDim, (pattern + 1) * embedDim);
      return graph.floats(`${name} ${pattern}`, [embedDim], row);
    });
    return graph.node("Add", [graph.node("Mul", [all, scale]), offset]);
  });
  const sum = terms.reduce((total, term) => graph.node("Add", [total, term]));
  return graph.node("Reshape", [sum, graph.list(-1, embedDim)]);
}

function mean(graph: OnnxGraph, grid: string, axis: number, side: number, distance: number): string {
  const steps = Array.from({ length: 2 * distance + 1 }, (_, i) => distance - i);
  const sum = steps
    .map((by) => roll(graph, grid, axis, side, by))
    .reduce((total, moved) => graph.node("Add", [total, moved]));
  return graph.node("Div", [sum, graph.number(steps.length)]);
}

function mix(graph: OnnxGraph, grid: string, side: number, width: number, distance: number): string {
  const quarter = Math.ceil(width / 4);
  const groups = [0, 1, 2, 3].flatMap((group) => {
    const [from, to] = [group * quarter, Math.min((group + 1) * quarter, width)];
    const [axis, by] = [group < 2 ? 1 : 2, group % 2 === 0 ? distance : -distance];
    return from < to ? [roll(graph, slice(graph, grid, 3, from, to), axis, side, by)] : [];
  });
  return concat(graph, groups, 3);
}

/** Every row or column `by` places on, those at the end to the start. */
function roll(graph: OnnxGraph, grid: string, axis: number, side: number, by: number): string {
  if (by === 0) return grid;
  const kept = by > 0 ? side - by : -by;
  return concat(graph, [slice(graph, grid, axis, kept, side), slice(graph, grid, axis, 0, kept)], axis);
}

const slice = (graph: OnnxGraph, x: string, axis: number, from: number, to: number): string =>
  graph.node("Slice", [x, graph.list(from), graph.list(to), graph.list(axis)]);

const concat = (graph: OnnxGraph, parts: readonly string[], axis: number): string =>
  graph.node("Concat", parts, { axis: { integer: axis } });
