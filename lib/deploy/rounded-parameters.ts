import type { ModelConfig } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { packModel } from "./pack";
import type { PackedModel } from "./packed-model";

type Numbers = ArrayLike<number>;

const same = (a: Numbers, b: Numbers): boolean => a.length === b.length && Array.from(a).every((x, i) => x === b[i]);

/** By how many last bits the size of weights may differ from their mean, which a kernel makes by times 1/I. */
const offsets = [0, 1, -1, 2, -2];

/** A float32 number and another some last bits away. */
function beside(value: number, by: number): number {
  const word = new Int32Array(Float32Array.of(value).buffer);
  word[0] += by;
  return new Float32Array(word.buffer)[0];
}

/**
 * Parameters that a rounded model is packed from without any rounding, so that the simulation can compute with its numbers.
 *
 * What stands in the file under a parameter's own name is taken from there. A rounded α becomes the learned parameter it
 * was, or the size of every weight of its output: W' = sign(W) · α, whose mean size is α up to the last bits; these are
 * tried until it is.
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
  const sized: { readonly weight: string; readonly alpha: string }[] = [];
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
    if (!learned) sized.push({ weight, alpha: name });
  }
  let found: PackedModel["tensors"] | undefined;
  for (const offset of offsets) {
    for (const { weight, alpha } of sized) {
      const { data } = rounded.tensors[alpha];
      const right = Array.from(data, (value, o) => value === found?.[alpha].data[o]);
      const sizes = Array.from(data, (value) => beside(value, offset));
      const weights = result[weight].data.map((value, i) =>
        right[i % data.length] ? value : (value < 0 ? -1 : 1) * sizes[i % data.length],
      );
      result[weight] = { ...result[weight], data: weights };
    }
    found = packModel(config, result, exact.origin).tensors;
    if (Object.entries(found).every(([name, { data }]) => same(data, rounded.tensors[name].data))) return result;
  }
  return undefined;
}
