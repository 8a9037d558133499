import type { ModelConfig } from "./config";
import type { ParameterArrays } from "./parameters";

/**
 * Parameters that start where the first batch says, such as a step size learned from then on.
 *
 * @param _config - the model
 * @param parameters - fresh ones
 * @param _images - the images that training begins with, normalized; row-major [B, S, S, c]
 * @returns the parameters; no part of a model asks for more yet
 */
export function startFromBatch(
  _config: ModelConfig,
  parameters: ParameterArrays,
  _images: Float32Array,
): ParameterArrays {
  return parameters;
}
