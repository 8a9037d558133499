import type { PackedModel } from "../../../lib/engine";

/** A layer of a block, whose weights are bits. */
export interface BitLayer {
  /** Name in the file, such as `blocks.0.mlp.fc1.weight.signs`. */
  readonly tensor: string;
  readonly outputs: number;
  /** As many as bits in a row: a block's width has no padding, if it is a multiple of 32. */
  readonly inputs: number;
}

/** @returns the layers of a model that are bits, in the order of its file */
export function bitLayers(model: PackedModel): BitLayer[] {
  return Object.entries(model.tensors).flatMap(([tensor, { shape, data }]) =>
    data instanceof Uint8Array && /^blocks\..*\.signs$/.test(tensor)
      ? [{ tensor, outputs: shape[0], inputs: 8 * (data.length / shape[0]) }]
      : [],
  );
}

/** @returns whether the weight from an input to an output is −1, whose bit is 1 */
export function isNegative(model: PackedModel, layer: BitLayer, output: number, input: number): boolean {
  const [byte, mask] = bitOf(output * layer.inputs + input);
  return (model.tensors[layer.tensor].data[byte] & mask) !== 0;
}

/**
 * Changes the sign of some weights.
 *
 * @param places - output · inputs + input, each once
 * @returns another model; the first one stays as it is
 */
export function withFlipped(model: PackedModel, layer: BitLayer, places: Iterable<number>): PackedModel {
  const { [layer.tensor]: tensor } = model.tensors;
  const data = Uint8Array.from(tensor.data);
  for (const place of places) {
    const [byte, mask] = bitOf(place);
    data[byte] ^= mask;
  }
  return { ...model, tensors: { ...model.tensors, [layer.tensor]: { ...tensor, data } } };
}

/** Rows are whole bytes, so that places follow each other as bits do. */
const bitOf = (place: number): [byte: number, mask: number] => [place >> 3, 1 << (place & 7)];

/**
 * Some places of a layer, drawn by a seed; more of them hold all of fewer.
 *
 * @param share - 0 … 1 of the layer's bits
 */
export function somePlaces({ outputs, inputs }: BitLayer, share: number, seed = 1): number[] {
  const order = Array.from({ length: outputs * inputs }, (_, i) => i);
  let state = seed >>> 0;
  for (let i = order.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // enough to scatter flips
    const other = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order.slice(0, Math.round(share * order.length));
}
