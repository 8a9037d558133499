import { ConfigError } from "../base/errors";
import type { ModelConfig } from "./config";
import { places } from "./places";

/** What parameters are told by: tensors, or arrays on the host. */
type Shaped = Readonly<Record<string, { readonly shape: readonly number[]; readonly data?: unknown } | undefined>>;

/**
 * Whether all parameters of a model are there, each as long as it has to be; others beside them do not matter. It is asked
 * at every step of a training.
 *
 * @throws ConfigError naming one that is not
 */
export function expectParameters(config: ModelConfig, parameters: Shaped): void {
  for (const place of places(config)) {
    for (const { name, shape } of place.parameters) {
      const found = parameters[name];
      const count = shape.reduce((a, b) => a * b, 1);
      const values = found?.data instanceof Float32Array ? found.data.length : count;
      const isSame =
        found?.shape.length === shape.length && found.shape.every((length, axis) => length === shape[axis]);
      if (isSame && values === count) continue;
      const is = found ? `[${found.shape}]${values === count ? "" : ` with ${values} values`}` : "missing";
      throw new ConfigError(
        `Parameter "${name}" is ${is}, the model expects [${shape}]. ` +
          "Check that configuration and weights come from the same run.",
      );
    }
  }
}
