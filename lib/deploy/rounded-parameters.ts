import type { ModelConfig } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { packModel } from "./pack";
import type { PackedModel } from "./packed-model";

type Numbers = ArrayLike<number>;

const same = (a: Numbers, b: Numbers): boolean => a.length === b.length && Array.from(a).every((x, i) => x === b[i]);

/**
 * Parameters that a rounded model is packed from without any rounding, so that the simulation can compute with its numbers.
 *
 * What stands in the file under a parameter's own name is taken from there. A rounded α becomes the learned parameter it
 * was, or the size of every weight of its output: W' = sign(W) · α, whose mean size is α.
 *
 * @param config - the model
 * @param parameters - its trained parameters
 * @param exact - what they are packed into
 * @param rounded - that model, rounded
 * @returns parameters that are packed into `rounded`, to the last bit; nothing where a method makes other numbers of them
 */
export function roundedParameters(
  config: ModelConfig,
  parameters: ParameterArrays,
  exact: PackedModel,
  rounded: PackedModel,
): ParameterArrays | undefined {
  const result: Record<string, ParameterArrays[string]> = { ...parameters };
  const replace = (name: string, from: Numbers, to: Numbers): boolean => {
    if (!result[name] || !same(result[name].data, from)) return false;
    result[name] = { ...result[name], data: Float32Array.from(to) };
    return true;
  };
  for (const [name, { data }] of Object.entries(rounded.tensors)) {
    const before = exact.tensors[name].data;
    if (same(before, data) || replace(name, before, data)) continue;
    const [, weight, layer] = /^((.*)\.(?:weight|kernel))\.alpha$/.exec(name) ?? [];
    if (!weight) return undefined;
    const learned = Object.keys(parameters).some((own) => own.startsWith(`${layer}.`) && replace(own, before, data));
    if (learned) continue;
    const values = result[weight].data;
    const sized = values.map((value, i) => (value < 0 ? -1 : 1) * data[i % data.length]);
    result[weight] = { ...result[weight], data: sized };
  }
  const again = packModel(config, result, exact.origin).tensors;
  return Object.entries(rounded.tensors).every(([name, { data }]) => same(again[name].data, data)) ? result : undefined;
}
