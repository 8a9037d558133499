import { z } from "zod";
import { ConfigError } from "../base/errors";
import type { Binarizer, Choice } from "./binarizer";
import type { Method, Use } from "./method";
import { aboveMean } from "./methods/above-mean";
import { type MethodName, methods } from "./methods/index";
import { realInput } from "./methods/scaled-sign";
import { type InputQuantizer, type Left, plainSigns, type Site, type WeightQuantizer } from "./quantizer";

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
 * @returns the name, of the type that configurations take
 * @throws ConfigError if the kit has a method, or another quantizer, of that name
 */
export function addMethod(name: string, method: Method): MethodName {
  if (built.has(name)) throw new ConfigError(`The kit has a method "${name}". Choose another name.`);
  const others = allMethods().filter((other) => other !== known()[name]);
  for (const role of ["weight", "input"] as const) {
    const all = [...quantizersOf(others, role), ...ofRole(method, role)];
    const twice = ofRole(method, role).find((own) => all.some((other) => other.name === own.name && other !== own));
    if (twice) {
      throw new ConfigError(`There is another ${role} quantizer "${twice.name}". Choose another name for yours.`);
    }
  }
  known()[name] = method;
  found.clear();
  (binarizers as Record<string, Binarizer>)[name] = spellOut(method);
  return name as MethodName;
}

const built: ReadonlySet<string> = new Set(Object.keys(methods));

const known = (): Record<string, Method> => methods;

const allMethods = (): readonly Method[] => Object.values(known());

const ofRole = ({ weight, input, operand, probabilities }: Method, role: "weight" | "input"): AnyQuantizer[] =>
  (role === "weight" ? [weight] : [input, operand, probabilities]).flatMap((used) => (used ? [used.quantizer] : []));

/** Those of the methods, and those of inputs that belong to none. */
const quantizersOf = (all: readonly Method[], role: "weight" | "input"): readonly AnyQuantizer[] => [
  ...all.flatMap((method) => ofRole(method, role)),
  ...(role === "input" ? [aboveMean, realInput] : []),
];

/** @returns every quantizer of that role that a method uses, each once, by name */
export const quantizers = (role: "weight" | "input"): ReadonlyMap<string, AnyQuantizer> =>
  new Map(quantizersOf(allMethods(), role).map((quantizer) => [quantizer.name, quantizer]));

/** Those of `quantizers`, until a method is added: every layer of every step asks for its own. */
const found = new Map<"weight" | "input", ReadonlyMap<string, AnyQuantizer>>();

function quantizerOf(role: "weight" | "input", name: string): AnyQuantizer {
  const all = found.get(role) ?? quantizers(role);
  found.set(role, all);
  return all.get(name) ?? unknown(role, name);
}

/** @throws ConfigError if no method uses one of that name */
export const weightQuantizerOf = ({ quantizer }: Choice): WeightQuantizer =>
  quantizerOf("weight", quantizer) as WeightQuantizer;

/** @throws ConfigError if no method uses one of that name */
export const inputQuantizerOf = ({ quantizer }: Choice): InputQuantizer =>
  quantizerOf("input", quantizer) as InputQuantizer;

/** @returns what is left of an input's quantizer after training, where it stands */
export const leftOfInput = (choice: Choice, site: Site): Left =>
  inputQuantizerOf(choice).left?.(site, choice) ?? plainSigns;

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
