import { ConfigError, unknownForm } from "../base/errors";
import { type PixelStatistics, pixelStatistics } from "../data/normalization";
import { expectFinite } from "../deploy/expect-finite";
import { freeze } from "../deploy/freeze";
import { unsupported } from "../deploy/left";
import { type PackedLayer, type PackedLinear, packedLinears } from "../deploy/packed-config";
import type { Meaning } from "../deploy/packed-model";
import { type ModelConfig, numTokens } from "../vit/config";
import { expectParameters } from "../vit/expect-parameters";
import type { ParameterArrays } from "../vit/parameters";
import { attentionNodes } from "./attention";
import { embeddingNodes } from "./embedding";
import { OnnxGraph } from "./graph";
import { activationNodes, linearNodes, type OnnxWriter, parameter } from "./layers";
import { reduceNode } from "./operators";
import { tokenShiftNodes } from "./token-shift";

/** How an ONNX file is written; what its pixels and classes mean goes into its metadata. */
export interface OnnxOptions extends Meaning {
  /** One of `operatorSets`; the default is the lowest. */
  readonly operatorSet?: number;
  /** Whether the graph normalizes its input itself; needs `pixels`. */
  readonly rawPixels?: boolean;
}

/**
 * A model as an ONNX file: the same logits as `forward`, binarized layers simulated in floats.
 *
 * Input `images` [batch, S, S, c], normalized or with `rawPixels` as they are; output `logits` [batch, C]; both float32,
 * with any number of images. Metadata, each as JSON: `input`, "normalized" or "raw pixels", and where they are given `mean`,
 * `std`, `maxValue`, `classNames`; normalized is (pixel / maxValue − mean) / std of each channel.
 *
 * @param config - the model
 * @param parameters - as named by `parameterShapes(config)`
 * @param options - operator set, and what pixels mean
 * @returns the bytes of the file
 * @throws ConfigError if the parameters are not those of the model, a form or the operator set is unknown, or statistics
 * are missing or not those of the model's channels and classes
 * @throws FileError if a parameter is not finite
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1-4.
 */
export function onnxModel(config: ModelConfig, parameters: ParameterArrays, options: OnnxOptions = {}): Uint8Array {
  const { operatorSet, pixels, rawPixels = false } = options;
  expectParameters(config, parameters);
  expectFinite(parameters);
  checkMeaning(config, options);
  const { imageSize, channels, embedDim, depth } = config;
  const refused = unsupported(config);
  if (refused) throw new ConfigError(`This model cannot be exported: ${refused}.`);
  const graph = new OnnxGraph(operatorSet);
  const { config: left, arrays } = freeze(config, parameters);
  const writer: OnnxWriter = { graph, parameters: arrays };
  const layers = new Map(packedLinears(left).map((layer) => [layer.name, layer]));
  const layer = (name: string, x: string, signed?: string) =>
    linearNodes(writer, layers.get(name) as PackedLinear, x, signed);
  const norm = (prefix: string, x: string, next: PackedLayer | "float" = "float") => {
    const scaleAndShift = [parameter(writer, `${prefix}.gamma`), parameter(writer, `${prefix}.beta`)];
    const attributes = { axis: { integer: -1 }, epsilon: { float: config.normEpsilon } };
    return graph.node("LayerNormalization", [normInput(graph, x, next), ...scaleAndShift], attributes);
  };
  const input = graph.input("images", ["batch", imageSize, imageSize, channels]);
  const images = rawPixels ? normalizeNodes(graph, input, pixels) : input;
  let x = embeddingNodes(writer, left, images);
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    const qkv = layer(`${block}.attention.qkv`, norm(`${block}.norm1`, x, left.layers.qkv));
    const context = attentionNodes(writer, left, `${block}.attention`, qkv);
    x = graph.node("Add", [x, layer(`${block}.attention.out`, context)]);
    const normed = norm(`${block}.norm2`, x, left.layers.fc1);
    for (const distance of left.shift) {
      x = graph.node("Add", [x, tokenShiftNodes(writer, left, `${block}.mlp`, distance, normed)]);
    }
    const hidden = layer(`${block}.mlp.fc1`, normed);
    const signed = left.activation === "gelu" ? hidden : undefined; // GELU(x) < 0 where x < 0
    x = graph.node("Add", [
      x,
      layer(`${block}.mlp.fc2`, activationNodes(writer, left, `${block}.mlp.activation`, hidden), signed),
    ]);
  }
  const pooled = norm("norm", poolNodes(graph, config, x));
  graph.node("Gemm", [pooled, parameter(writer, "head.weight"), parameter(writer, "head.bias")], {}, "logits");
  graph.output("logits", ["batch", config.numClasses]);
  return graph.encode(`vision transformer ${embedDim}x${depth}`, metadata(options));
}

// Less its first entry, a row has the same norm, and exactly β where all entries are equal: onnxruntime 1.12 to 1.15 take
// the variance as E[x²] − mean², which leaves them roundings with a sign, or NaN. Runtimes of operator set 23 need it no
// more; it is left to them where floats follow.
function normInput(graph: OnnxGraph, x: string, next: PackedLayer | "float"): string {
  if (next === "float" && graph.operatorSet >= 23) return x;
  const first = graph.node("Slice", [x, graph.list(0), graph.list(1), graph.list(-1)]);
  return graph.node("Sub", [x, first]);
}

// As `normalize` of the data: (x / maxValue − mean) / std of each channel.
function normalizeNodes(graph: OnnxGraph, x: string, pixels: PixelStatistics | undefined): string {
  if (!pixels) throw new ConfigError("Raw pixels need statistics: give `pixels`, as the run's record states them.");
  const { maxValue, mean, std } = pixels;
  const perChannel = (name: string, values: readonly number[]) =>
    graph.floats(name, [values.length], Float32Array.from(values));
  const share = graph.node("Div", [x, graph.number(maxValue)]);
  return graph.node("Div", [graph.node("Sub", [share, perChannel("mean", mean)]), perChannel("std", std)]);
}

function metadata({ pixels, classNames, rawPixels }: OnnxOptions): Record<string, string> {
  const statistics = pixels && pixelStatistics(pixels);
  const values = { input: rawPixels ? "raw pixels" : "normalized", ...statistics, ...(classNames && { classNames }) };
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]));
}

// What the head reads; [B · N, D] → [B, D].
function poolNodes(graph: OnnxGraph, config: ModelConfig, x: string): string {
  const tokens = graph.node("Reshape", [x, graph.list(-1, numTokens(config), config.embedDim)]);
  switch (config.pooling) {
    case "class-token":
      return graph.node("Gather", [tokens, graph.index(0)], { axis: { integer: 1 } });
    case "mean":
      return reduceNode(graph, "ReduceMean", tokens, { axis: 1, keepAxis: false });
    default:
      return unknownForm("The ONNX export", "pooling", config.pooling);
  }
}

function checkMeaning({ channels, numClasses }: ModelConfig, { pixels, classNames }: Meaning): void {
  const lists = { mean: [pixels?.mean, channels], std: [pixels?.std, channels], classNames: [classNames, numClasses] };
  for (const [name, [list, count]] of Object.entries(lists) as [string, [unknown[] | undefined, number]][]) {
    if (!list || list.length === count) continue;
    throw new ConfigError(
      `${name} has ${list.length} entries, the model expects ${count}. Check that model and data come from the same run.`,
    );
  }
}
