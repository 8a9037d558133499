import { ConfigError } from "../base/errors";
import { version } from "../base/version";
import { bytes, type Field, float, integers, message } from "./protobuf";

/** Operator sets that a graph can be written in, and the version of the file format that each came with. */
const irVersions: Readonly<Record<number, number>> = { 17: 8, 18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11 };

/** The same, lowest first: 17 is the first with layer norm as one operator, 23 the first with attention as one. */
export const operatorSets: readonly number[] = Object.keys(irVersions).map(Number);

/** The lowest, which most programs read: onnxruntime since 1.12 of 2022. */
export const defaultOperatorSet = 17;

/** An attribute of a node: a list is of whole numbers, a single number is a float unless it is wrapped. */
export type Attribute = readonly number[] | { readonly integer: number } | { readonly float: number };

/** A dimension: a length, or the name of one that is known only when the model runs. */
export type Dimension = number | string;

/**
 * An ONNX graph that is written down node by node, in the order data flows.
 *
 * Values go by their names: what `input`, `constant` and `node` return.
 *
 * Reference: *Open Neural Network Exchange*, `onnx.proto`, IR versions 8 to 11.
 */
export class OnnxGraph {
  /** @throws ConfigError if that operator set is none of `operatorSets` */
  constructor(readonly operatorSet = defaultOperatorSet) {
    if (operatorSets.includes(operatorSet)) return;
    const [first, last] = [operatorSets[0], operatorSets[operatorSets.length - 1]];
    throw new ConfigError(`Operator set ${operatorSet} cannot be written: expected ${first} to ${last}.`);
  }

  private readonly nodes: Field[] = [];
  private readonly constants = new Map<string, Field>();
  private readonly inputs: Field[] = [];
  private readonly outputs: Field[] = [];

  /** A float32 input of the model. */
  input(name: string, shape: readonly Dimension[]): string {
    this.inputs.push(bytes(11, valueInfo(name, shape)));
    return name;
  }

  /** A float32 result of the model. */
  output(name: string, shape: readonly Dimension[]): void {
    this.outputs.push(bytes(12, valueInfo(name, shape)));
  }

  /** A float32 tensor stored in the file. */
  floats(name: string, shape: readonly number[], data: Float32Array): string {
    return this.constant(name, shape, floatType, data);
  }

  /** A float32 number; the same number is stored once. */
  number(value: number): string {
    return this.constant(`number ${value}`, [], floatType, Float32Array.of(value));
  }

  /** A 64-bit whole number; the same number is stored once. */
  index(value: number): string {
    return this.constant(`index ${value}`, [], int64Type, BigInt64Array.of(BigInt(value)));
  }

  /** A list of 64-bit whole numbers, as shapes and axes are given; the same list is stored once. */
  list(...values: readonly number[]): string {
    return this.constant(`list ${values}`, [values.length], int64Type, BigInt64Array.from(values, BigInt));
  }

  /**
   * One operation.
   *
   * @param operator - as ONNX names it
   * @param inputs - names of values; "" leaves an optional one out
   * @param attributes - by name
   * @param output - what to call its result; a name is made where none is given
   * @returns the name of its result
   */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = `${operator} ${this.nodes.length}`,
  ): string {
    const fields = Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value)));
    const names = [...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(3, output)];
    this.nodes.push(bytes(1, message(...names, bytes(4, operator), ...fields)));
    return output;
  }

  /**
   * @param name - of the graph
   * @param properties - texts that go into the file beside it
   * @returns the bytes of the file
   */
  encode(name: string, properties: Readonly<Record<string, string>> = {}): Uint8Array {
    const graph = message(...this.nodes, bytes(2, name), ...this.constants.values(), ...this.inputs, ...this.outputs);
    const operators = message(bytes(1, ""), integers(2, this.operatorSet));
    const texts = Object.entries(properties).map(([key, text]) => bytes(14, message(bytes(1, key), bytes(2, text))));
    const header = [integers(1, irVersions[this.operatorSet]), bytes(2, "binvit"), bytes(3, version)];
    return message(...header, bytes(7, graph), bytes(8, operators), ...texts);
  }

  private constant(name: string, shape: readonly number[], type: number, data: Float32Array | BigInt64Array): string {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength); // ONNX is little-endian, as are we
    const tensor = message(integers(1, ...shape), integers(2, type), bytes(8, name), bytes(9, raw));
    this.constants.set(name, bytes(5, tensor));
    return name;
  }
}

const [floatType, int64Type] = [1, 7];

function valueInfo(name: string, shape: readonly Dimension[]): Uint8Array {
  const dimensions = shape.map((length) =>
    bytes(1, typeof length === "number" ? integers(1, length) : bytes(2, length)),
  );
  const tensor = message(integers(1, floatType), bytes(2, message(...dimensions)));
  return message(bytes(1, name), bytes(2, bytes(1, tensor)));
}

function attribute(name: string, value: Attribute): Uint8Array {
  const [kinds, singleFloat, single, several] = [20, 1, 2, 7];
  if ("float" in value) return message(bytes(1, name), float(2, value.float), integers(kinds, singleFloat));
  if ("integer" in value) return message(bytes(1, name), integers(3, value.integer), integers(kinds, single));
  return message(bytes(1, name), integers(8, ...value), integers(kinds, several));
}
