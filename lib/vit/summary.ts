import { isLearned, scaleCount } from "../binarize/binarizer";
import { type ModelConfig, numTokens } from "./config";
import { parameterShapes, type WeightLayer, weightLayers } from "./layers";

/** One line of a summary; counts are for one image. */
export interface SummaryRow {
  readonly name: string;
  /** Groups rows in plots. */
  readonly kind: "weight" | "attention" | "norm" | "embedding";
  /** Shape of the weight, or of the product. */
  readonly shape: string;
  /** Bits of weight and activation, e.g. `1/1` or `32/32`. */
  readonly bits: string;
  readonly parameters: number;
  /** Bytes with every parameter at 32 bits. */
  readonly bytesFloat: number;
  /** Bytes with binarized weights at one bit, each output's inputs padded to whole bytes, plus scales. */
  readonly bytesPacked: number;
  /** Bytes of α within `bytesPacked`. */
  readonly bytesScales: number;
  /** Float multiply-accumulates. */
  readonly macs: number;
  /** Multiply-accumulates between two 1-bit operands: one XNOR and one count each. */
  readonly binaryMacs: number;
}

/** All rows and their sums. */
export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly total: Omit<SummaryRow, "name" | "kind" | "shape" | "bits">;
}

/**
 * Sizes and operation counts of every layer, QKᵀ, AV, norms and scale factors included.
 *
 * A product of two 1-bit operands counts as binary; one of 1-bit weights and float activations (W1A32) as float. Counts
 * are those of the architecture, every layer for every token; `forward` does less at the end of the last block, which it
 * computes for the class token alone.
 *
 * @param config - the model
 * @returns rows in the order data flows, and their sums; for one image
 */
export function summarize(config: ModelConfig): Summary {
  const shapes = parameterShapes(config);
  const size = (name: string) => shapes[name].reduce((a, b) => a * b, 1);
  const rows: SummaryRow[] = [];
  for (const layer of weightLayers(config)) {
    const block = layer.weight.split(".").slice(0, 2).join(".");
    if (layer.weight.endsWith("qkv.weight")) rows.push(floatRow(`${block}.norm1`, "norm", [config.embedDim], 2));
    if (layer.weight.endsWith("fc1.weight")) rows.push(floatRow(`${block}.norm2`, "norm", [config.embedDim], 2));
    if (layer.weight === "head.weight") rows.push(floatRow("norm", "norm", [config.embedDim], 2));
    rows.push(weightRow(layer, shapes[layer.weight]));
    if (layer.weight.endsWith("qkv.weight")) rows.push(...productRows(config, block));
    if (layer.weight !== "patch.kernel") continue;
    if (config.pooling === "class-token") rows.push(floatRow("classToken", "embedding", shapes.classToken));
    rows.push(floatRow("positionEmbedding", "embedding", shapes.positionEmbedding));
  }
  const sum = (key: keyof Summary["total"]) => rows.reduce((total, row) => total + row[key], 0);
  const parameters = Object.keys(shapes).reduce((total, name) => total + size(name), 0);
  return {
    rows,
    total: {
      parameters,
      bytesFloat: sum("bytesFloat"),
      bytesPacked: sum("bytesPacked"),
      bytesScales: sum("bytesScales"),
      macs: sum("macs"),
      binaryMacs: sum("binaryMacs"),
    },
  };
}

function floatRow(name: string, kind: SummaryRow["kind"], shape: readonly number[], copies = 1): SummaryRow {
  const parameters = copies * shape.reduce((a, b) => a * b, 1);
  const bytes = 4 * parameters;
  const text = copies > 1 ? `${copies}×${shape.join("×")}` : shape.join("×");
  return { ...empty, name, kind, shape: text, bits: "32", parameters, bytesFloat: bytes, bytesPacked: bytes };
}

const empty = { parameters: 0, bytesFloat: 0, bytesPacked: 0, bytesScales: 0, macs: 0, binaryMacs: 0 };

function weightRow(layer: WeightLayer, shape: readonly number[]): SummaryRow {
  const { inputs, outputs, binarizer, tokens } = layer;
  const name = layer.weight.replace(/\.(weight|kernel)$/, "");
  const products = tokens * inputs * outputs;
  const floatParameters = inputs * outputs + outputs;
  const row = { name, kind: "weight" as const, shape: shape.join("×") };
  if (binarizer === "off") {
    const bytes = 4 * floatParameters;
    return {
      ...empty,
      ...row,
      bits: "32/32",
      parameters: floatParameters,
      bytesFloat: bytes,
      bytesPacked: bytes,
      macs: products,
    };
  }
  const scales = scaleCount(binarizer.scale, outputs);
  const learned = isLearned(binarizer.scale) ? scales : 0;
  const binary = binarizer.activation === "sign";
  return {
    ...row,
    bits: binary ? "1/1" : "1/32",
    parameters: floatParameters + learned,
    bytesFloat: 4 * (floatParameters + learned),
    bytesPacked: Math.ceil(inputs / 8) * outputs + 4 * outputs + 4 * scales,
    bytesScales: 4 * scales,
    macs: binary ? 0 : products,
    binaryMacs: binary ? products : 0,
  };
}

function productRows(config: ModelConfig, block: string): SummaryRow[] {
  const tokens = numTokens(config);
  const macs = tokens * tokens * config.embedDim;
  const shape = `${config.numHeads}×${tokens}×${tokens}`;
  const row = (name: string, binarizer: typeof config.binarize.scores): SummaryRow => ({
    ...empty,
    name: `${block}.attention.${name}`,
    kind: "attention",
    shape,
    bits: binarizer === "off" ? "32/32" : "1/1",
    ...(binarizer === "off" ? { macs } : { binaryMacs: macs }),
  });
  return [row("scores", config.binarize.scores), row("values", config.binarize.values)];
}
