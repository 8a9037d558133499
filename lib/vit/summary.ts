import type { LayerBinarizer } from "../binarize/binarizer";
import type { Left } from "../binarize/quantizer";
import { leftOfInput, weightQuantizerOf } from "../binarize/registry";
import { type ModelConfig, numTokens } from "./config";
import { type LinearPlace, type ParameterPlace, type ProductPlace, places } from "./places";

/** One line of a summary; counts are for one image. */
export interface SummaryRow {
  readonly name: string;
  /** Groups rows in plots. */
  readonly kind: "weight" | "attention" | "norm" | "embedding" | "activation" | "shift";
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
  const rows = places(config).flatMap((place): SummaryRow[] => {
    switch (place.kind) {
      case "linear":
        return [weightRow(place)];
      case "product":
        return [productRow(config, place)];
      case "activation":
        return place.parameters.length > 0 ? [floatRow(place.name, "activation", place.parameters)] : [];
      case "shift": // every number is multiplied by its factor and added; the sums of the means are not counted
        return [
          { ...floatRow(place.name, place.kind, place.parameters), macs: 3 * numTokens(config) * config.embedDim },
        ];
      default:
        return [floatRow(place.name, place.kind, place.parameters)];
    }
  });
  const sum = (key: keyof Summary["total"]) => rows.reduce((total, row) => total + row[key], 0);
  return {
    rows,
    total: {
      parameters: sum("parameters"),
      bytesFloat: sum("bytesFloat"),
      bytesPacked: sum("bytesPacked"),
      bytesScales: sum("bytesScales"),
      macs: sum("macs"),
      binaryMacs: sum("binaryMacs"),
    },
  };
}

const empty = { parameters: 0, bytesFloat: 0, bytesPacked: 0, bytesScales: 0, macs: 0, binaryMacs: 0 };

const count = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

const countAll = (parameters: readonly ParameterPlace[]): number =>
  parameters.reduce((sum, { shape }) => sum + count(shape), 0);

function floatRow(name: string, kind: SummaryRow["kind"], parameters: readonly ParameterPlace[]): SummaryRow {
  const bytes = 4 * countAll(parameters);
  const [{ shape }] = parameters;
  const text = parameters.length > 1 ? `${parameters.length}×${shape.join("×")}` : shape.join("×");
  const sizes = { parameters: bytes / 4, bytesFloat: bytes, bytesPacked: bytes };
  return { ...empty, name, kind, shape: text, bits: "32", ...sizes };
}

function weightRow({ name, parameters, inputs, outputs, binarizer, tokens, site }: LinearPlace): SummaryRow {
  const products = tokens * inputs * outputs;
  const all = countAll(parameters);
  const row = { ...empty, name, kind: "weight" as const, shape: parameters[0].shape.join("×") };
  const sizes = { parameters: all, bytesFloat: 4 * all };
  if (binarizer === "off" || binarizer.weight === "off") {
    const bits = binarizer === "off" ? "32/32" : "32/1";
    return { ...row, ...sizes, bits, bytesPacked: 4 * all, macs: products };
  }
  const left = leftOf(binarizer, site);
  const scales = alphaCount(binarizer, outputs, left);
  const others = (left?.thresholds ?? 0) + (left?.factor === "position" ? tokens : 0);
  const binary = left !== undefined && left.levels !== "real";
  const other = left?.factor === "other" ? countAll(parameters.filter(({ name: own }) => own.includes(".input."))) : 0;
  return {
    ...row,
    ...sizes,
    bits: binary ? "1/1" : "1/32",
    bytesPacked: Math.ceil(inputs / 8) * outputs + 4 * (outputs + scales + others + other),
    bytesScales: 4 * scales,
    macs: binary ? 0 : products,
    binaryMacs: binary ? products : 0,
  };
}

/** @returns what is left of an input's quantizer; undefined where it stays float */
export function leftOf({ input }: LayerBinarizer, site: LinearPlace["site"]): Left | undefined {
  if (input === "off") return undefined;
  return leftOfInput(input, site);
}

/** @returns how many α a packed layer has: those of its weight, of which a constant β and a halving become part */
export function alphaCount({ weight }: LayerBinarizer, outputs: number, left: Left | undefined): number {
  const own = weight === "off" ? "none" : weightQuantizerOf(weight).factors(weight);
  if (own === "per-output") return outputs;
  return own === "one" || left?.factor === "one" || left?.levels === "zero-one" ? 1 : 0;
}

function productRow(config: ModelConfig, place: ProductPlace): SummaryRow {
  const { name, parameters, binarizer } = place;
  const tokens = numTokens(config);
  const own = countAll(parameters);
  const { terms, numbers } = leftOfProduct(config, place);
  const macs = terms * tokens * tokens * config.embedDim;
  return {
    ...empty,
    name,
    kind: "attention",
    shape: `${config.numHeads}×${tokens}×${tokens}`,
    bits: binarizer === "off" ? "32/32" : "1/1",
    parameters: own,
    bytesFloat: 4 * own,
    bytesPacked: 4 * numbers,
    ...(binarizer === "off" ? { macs } : { binaryMacs: macs }),
  };
}

/** Of QKᵀ or AV how many products, and how many numbers a packed model has for it: thresholds, factors, tables. */
function leftOfProduct(config: ModelConfig, place: ProductPlace): { readonly terms: number; readonly numbers: number } {
  const { embedDim: inputs, numHeads: outputs } = config;
  const tokens = numTokens(config);
  if (place.binarizer === "off") return { terms: 1, numbers: 0 };
  if (place.part === "scores") {
    const { operand, correction } = place.binarizer;
    const { thresholds } = leftOfInput(operand, { role: "query", inputs, outputs, tokens, neverNegative: false });
    const table = correction === "table" ? outputs * (inputs / outputs + 1) : 0;
    return { terms: 1, numbers: 1 + 2 * thresholds + table }; // 1/√d with what else is constant, then q and k
  }
  const { probabilities, operand } = place.binarizer;
  const kept = leftOfInput(probabilities, {
    role: "probabilities",
    inputs: tokens,
    outputs,
    tokens,
    neverNegative: true,
  });
  const value = leftOfInput(operand, { role: "value", inputs, outputs, tokens, neverNegative: false });
  const terms = kept.rules ?? 1;
  const each = 1 + (kept.factor === "kept" ? 0 : 1) + (kept.shares ? 1 : 0); // threshold, α, share
  return { terms, numbers: outputs * terms * each + value.thresholds + (value.factor === "one" ? 1 : 0) };
}
