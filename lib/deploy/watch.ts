/** Gets the exact integers of every product of signs, in the order data flows; shape [tokens, outputs]. */
export type Watch = (layer: string, accumulators: Float32Array) => void;
