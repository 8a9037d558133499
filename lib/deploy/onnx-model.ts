import { ConfigError } from "../errors";
import { type ModelConfig, numPatches, numTokens } from "../vit/config";
import { parameterShapes } from "../vit/layers";
import type { ParameterArrays } from "../vit/parameters";
import { attentionNodes } from "./onnx-attention";
import { OnnxGraph } from "./onnx-graph";
import { geluSignNodes, linearNodes, type OnnxWriter, parameter } from "./onnx-layers";

/**
 * A model as an ONNX file: the same logits as `forward`, binarized layers simulated in floats.
 *
 * Input `images` [batch, S, S, c], normalized; output `logits` [batch, C]; both float32, with any number of images.
 *
 * @param config - the model
 * @param parameters - as named by `parameterShapes(config)`
 * @returns the bytes of the file
 * @throws ConfigError if the parameters are not those of the model
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1-4.
 */
export function onnxModel(config: ModelConfig, parameters: ParameterArrays): Uint8Array {
  checkParameters(config, parameters);
  const { imageSize, channels, embedDim, depth, binarize } = config;
  const graph = new OnnxGraph();
  const writer: OnnxWriter = { graph, parameters };
  const layer = (prefix: string, x: string, how: (typeof binarize)["fc1"], signsOf?: () => string) => {
    const names = { weight: `${prefix}.weight`, bias: `${prefix}.bias`, scale: `${prefix}.scale` };
    return linearNodes(writer, names, x, how, signsOf);
  };
  const norm = (prefix: string, x: string) => {
    const scaleAndShift = [parameter(writer, `${prefix}.gamma`), parameter(writer, `${prefix}.beta`)];
    const attributes = { axis: { integer: -1 }, epsilon: { float: config.normEpsilon } };
    return graph.node("LayerNormalization", [x, ...scaleAndShift], attributes);
  };
  let x = embedNodes(writer, config, graph.input("images", ["batch", imageSize, imageSize, channels]));
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    const qkv = layer(`${block}.attention.qkv`, norm(`${block}.norm1`, x), binarize.qkv);
    const context = attentionNodes(graph, config, qkv);
    x = graph.node("Add", [x, layer(`${block}.attention.out`, context, binarize.projection)]);
    const hidden = layer(`${block}.mlp.fc1`, norm(`${block}.norm2`, x), binarize.fc1);
    const signsOf = () => geluSignNodes(graph, hidden);
    const mlp = layer(`${block}.mlp.fc2`, graph.node("Gelu", [hidden]), binarize.fc2, signsOf);
    x = graph.node("Add", [x, mlp]);
  }
  const pooled = norm("norm", poolNodes(graph, config, x));
  graph.node("Gemm", [pooled, parameter(writer, "head.weight"), parameter(writer, "head.bias")], {}, "logits");
  graph.output("logits", ["batch", config.numClasses]);
  return graph.encode(`vision transformer ${embedDim}x${depth}`);
}

// As `patchify` and the embedding of `forward`; [B, S, S, c] → [B · N, D].
function embedNodes(writer: OnnxWriter, config: ModelConfig, images: string): string {
  const { graph, parameters } = writer;
  const { imageSize, patchSize, channels, embedDim, binarize } = config;
  const side = imageSize / patchSize;
  const cut = graph.node("Reshape", [images, graph.list(-1, side, patchSize, side, patchSize, channels)]);
  const sorted = graph.node("Transpose", [cut], { perm: [0, 1, 3, 2, 4, 5] });
  const pixels = graph.node("Reshape", [sorted, graph.list(-1, patchSize * patchSize * channels)]);
  const names = { weight: "patch.kernel", bias: "patch.bias", scale: "patch.scale" };
  const rows = linearNodes(writer, names, pixels, binarize.conv);
  let tokens = graph.node("Reshape", [rows, graph.list(-1, numPatches(config), embedDim)]);
  const { shape, data } = parameters.positionEmbedding;
  const added = data.slice();
  if (config.pooling === "class-token") {
    // A row of zeros is put before the patches, and the class token added to it together with its position.
    tokens = graph.node("Pad", [tokens, graph.list(0, 1, 0, 0, 0, 0)]);
    for (const [i, value] of parameters.classToken.data.entries()) added[i] += value;
  }
  const x = graph.node("Add", [tokens, graph.floats("positionEmbedding", shape, added)]);
  return graph.node("Reshape", [x, graph.list(-1, embedDim)]);
}

// What the head reads; [B · N, D] → [B, D].
function poolNodes(graph: OnnxGraph, config: ModelConfig, x: string): string {
  const tokens = graph.node("Reshape", [x, graph.list(-1, numTokens(config), config.embedDim)]);
  if (config.pooling === "mean") return graph.node("ReduceMean", [tokens, graph.list(1)], { keepdims: { integer: 0 } });
  return graph.node("Gather", [tokens, graph.index(0)], { axis: { integer: 1 } });
}

function checkParameters(config: ModelConfig, parameters: ParameterArrays): void {
  for (const [name, shape] of Object.entries(parameterShapes(config))) {
    const found = parameters[name];
    const count = shape.reduce((a, b) => a * b, 1);
    if (found && `${found.shape}` === `${shape}` && found.data.length === count) continue;
    throw new ConfigError(
      `Parameter "${name}" is ${found ? `[${found.shape}] with ${found.data.length} values` : "missing"}, the model ` +
        `expects [${shape}]. Check that configuration and weights come from the same run.`,
    );
  }
}
