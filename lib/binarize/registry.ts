import { z } from "zod";
import { ConfigError } from "../base/errors";
import type { Binarizer, Choice } from "./binarizer";
import type { Method, Use } from "./method";
import { type MethodName, methods } from "./methods";
import { aboveMean } from "./methods/above-mean";
import { realInput } from "./methods/scaled-sign";
import type { InputQuantizer, WeightQuantizer } from "./quantizer";

type AnyQuantizer = WeightQuantizer | InputQuantizer;

/** The methods spelled out: what `"mlp": "channel"` in a configuration stands for. */
export const binarizers = Object.fromEntries(
  Object.entries(methods).map(([name, method]) => [name, spellOut(method)]),
) as Record<MethodName, Binarizer>;

/**
 * Makes a method known by a name in this process, e.g. one that was written in a notebook. A method that is to stay gets a
 * file in `methods/` and a line in `methods/index.ts`.
 *
 * @param name - what configurations call it; a name that was added before is replaced
 * @param method - its quantizers need names of their own
 * @throws ConfigError if the kit has a method, or another quantizer, of that name
 */
export function addMethod(name: string, method: Method): void {
  if (built.has(name)) throw new ConfigError(`The kit has a method "${name}". Choose another name.`);
  const others = allMethods().filter((other) => other !== known()[name]);
  for (const [role, quantizer] of [["weight", method.weight?.quantizer] as const, ...inputsOf(method)]) {
    const taken = quantizer && others.flatMap((other) => ofRole(other, role)).find((q) => q.name === quantizer.name);
    if (taken && taken !== quantizer) {
      throw new ConfigError(`There is another ${role} quantizer "${quantizer.name}". Choose another name for yours.`);
    }
  }
  known()[name] = method;
  (binarizers as Record<string, Binarizer>)[name] = spellOut(method);
}

const built: ReadonlySet<string> = new Set(Object.keys(methods));

const known = (): Record<string, Method> => methods;

const allMethods = (): readonly Method[] => Object.values(known());

const inputsOf = ({ input, operand, probabilities }: Method) =>
  [input, operand, probabilities].flatMap((used) => (used ? [["input", used.quantizer] as const] : []));

const ofRole = (method: Method, role: "weight" | "input"): readonly AnyQuantizer[] =>
  role === "input"
    ? inputsOf(method).map(([, quantizer]) => quantizer)
    : method.weight
      ? [method.weight.quantizer]
      : [];

/** @returns every quantizer of that role that a method uses, each once, by name */
export function quantizers(role: "weight" | "input"): ReadonlyMap<string, AnyQuantizer> {
  const all = allMethods().flatMap((method) => ofRole(method, role));
  return new Map(
    [...all, ...(role === "input" ? [aboveMean, realInput] : [])].map((quantizer) => [quantizer.name, quantizer]),
  );
}

/** @throws ConfigError if no method uses one of that name */
export const weightQuantizerOf = ({ quantizer }: Choice): WeightQuantizer =>
  (quantizers("weight").get(quantizer) as WeightQuantizer | undefined) ?? unknown("weight", quantizer);

/** @throws ConfigError if no method uses one of that name */
export const inputQuantizerOf = ({ quantizer }: Choice): InputQuantizer =>
  (quantizers("input").get(quantizer) as InputQuantizer | undefined) ?? unknown("input", quantizer);

function unknown(role: "weight" | "input", name: string): never {
  throw new ConfigError(`There is no ${role} quantizer "${name}". Known: ${[...quantizers(role).keys()].join(", ")}.`);
}

/** A method's choice for each part, with every setting. */
function spellOut(method: Method): Binarizer {
  const { weight, input, operand = input, probabilities = operand && { quantizer: aboveMean, settings: {} } } = method;
  return {
    weight: complete(weight),
    input: complete(input),
    operand: complete(operand),
    probabilities: complete(probabilities),
    correction: method.correction ?? "none",
  };
}

function complete(used: Use<AnyQuantizer> | undefined): Choice | "off" {
  if (!used) return "off";
  const { name, settings } = used.quantizer;
  return { quantizer: name, ...z.strictObject(settings).parse(used.settings) } as Choice;
}
