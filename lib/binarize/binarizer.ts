/** A quantizer by its name, with its settings, complete: `{ quantizer: "sign", scale: "channel", … }`. */
export interface Choice {
  readonly quantizer: string;
  readonly [setting: string]: string | number | boolean;
}

/**
 * How a part of the model is binarized: a method spelled out for each thing that a part may have.
 *
 * | field           | says                                                                              |
 * |-----------------|-----------------------------------------------------------------------------------|
 * | `weight`        | of a layer: W ≈ α sign(V)                                                         |
 * | `input`         | of a layer: x ≈ β sign(x − τ)                                                     |
 * | `operand`       | q and k of the scores QKᵀ, or the values v of AV                                  |
 * | `probabilities` | of AV: A ≈ Σ α [A ≥ τ]                                                            |
 * | `correction`    | of QKᵀ: `table` adds a learned number to each of the d + 1 values a score can have |
 */
export interface Binarizer {
  readonly weight: Choice | "off";
  readonly input: Choice | "off";
  readonly operand: Choice | "off";
  readonly probabilities: Choice | "off";
  readonly correction: "none" | "table";
}

/** How a layer with a weight matrix is binarized. */
export type LayerBinarizer = Pick<Binarizer, "weight" | "input">;

/** How the product QKᵀ is binarized. */
export interface ScoresBinarizer extends Pick<Binarizer, "correction"> {
  readonly operand: Choice;
}

/** How the product AV is binarized. */
export interface ValuesBinarizer {
  readonly probabilities: Choice;
  readonly operand: Choice;
}
