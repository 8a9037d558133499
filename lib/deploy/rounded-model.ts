import type { ModelConfig } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { parameterShapes } from "../vit/places";
import { packModel } from "./pack";
import type { PackedModel } from "./packed-model";

/** A model as the simulation knows it. */
export interface Simulated {
  readonly config: ModelConfig;
  readonly parameters: ParameterArrays;
}

/**
 * A model that is packed into a rounded one without any rounding, so that the simulation can compute with its numbers.
 *
 * What stands in the file under a parameter's own name is taken from there. An α that was the mean size of the weights of
 * an output becomes a parameter, as if it had been learned; the weights and so their signs stay.
 *
 * @param model - as it was trained
 * @param exact - what it is packed into
 * @param rounded - that, rounded
 * @returns a model that is packed into `rounded`, to the last bit; nothing where a method makes other numbers of them
 */
export function roundedModel(model: Simulated, exact: PackedModel, rounded: PackedModel): Simulated | undefined {
  const config = withLearnedScales(model.config);
  const parameters: Record<string, ParameterArrays[string]> = { ...model.parameters };
  const shapes = parameterShapes(config);
  for (const [name, { data }] of Object.entries(rounded.tensors)) {
    const parameter = name.replace(/\.(weight|kernel)\.alpha$/, ".scale");
    const [shape, known] = [shapes[parameter], parameters[parameter]];
    if (shape === undefined || (known && !same(known.data, exact.tensors[name].data))) continue;
    parameters[parameter] = { shape, data: Float32Array.from(data) };
  }
  const packed = packModel(config, parameters, exact.origin).tensors;
  const found = Object.entries(packed).every(([name, { data }]) => same(data, rounded.tensors[name].data));
  return found ? { config, parameters } : undefined;
}

/** The same with a parameter for each α that is the mean size of an output's weights. */
function withLearnedScales(config: ModelConfig): ModelConfig {
  const binarize = Object.entries(config.binarize).map(([part, how]) => {
    if (how === "off" || !("weight" in how) || how.weight === "off") return [part, how];
    const { weight } = how;
    const mean = weight.quantizer === "sign" && weight.scale === "channel";
    return [part, mean ? { ...how, weight: { ...weight, scale: "learned" } } : how];
  });
  return { ...config, binarize: Object.fromEntries(binarize) };
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((value, i) => value === b[i]);
