import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { ConfigError } from "../base/errors";
import type { Random } from "../base/random";
import type { Binarizer, Choice } from "./binarizer";
import { type InputRule, type Left, type OwnParameter, plainSigns, type Site } from "./quantizer";
import { inputQuantizerOf, weightQuantizerOf } from "./registry";

const [images, tokens, inputs, outputs] = [2, 5, 8, 4];
const layer = { inputs, outputs, tokens, neverNegative: false };
const attention = { heads: 2, headDim: 4 };
const operand = { inputs: attention.heads * attention.headDim, outputs: attention.heads, tokens, neverNegative: false };
const shapes = {
  input: [images, tokens, inputs],
  operand: [images, attention.heads, tokens, attention.headDim],
  probabilities: [images, attention.heads, tokens, tokens],
};

/**
 * Compares what quantizers say is left of them after training with what they do, wherever they can stand.
 *
 * @throws ConfigError if they differ
 */
export function checkLeft(name: string, binarizer: Binarizer, random: Random, progress: number): void {
  const { weight, input, operand: read, probabilities } = binarizer;
  if (weight !== "off") checkFactors(name, weight, random, progress);
  if (input !== "off") checkInput(name, input, { ...layer, role: "input" }, shapes.input, random, progress);
  if (read !== "off") {
    for (const role of ["query", "key", "value"] as const) {
      checkInput(name, read, { ...operand, role }, shapes.operand, random, progress);
    }
  }
  if (probabilities !== "off") {
    const site = {
      role: "probabilities",
      inputs: tokens,
      outputs: attention.heads,
      tokens,
      neverNegative: true,
    } as const;
    checkInput(name, probabilities, site, shapes.probabilities, random, progress);
  }
}

function checkFactors(name: string, choice: Choice, random: Random, progress: number): void {
  const quantizer = weightQuantizerOf(choice);
  const site: Site = { ...layer, role: "weight" };
  const weight = normals([inputs, outputs], random);
  const own = begin(quantizer.parameters?.(site, choice) ?? {}, weight, random);
  const { latent, factor } = quantizer.quantize(weight, own, { settings: choice, site, progress });
  if (`${latent.shape}` !== `${weight.shape}`) {
    throw new ConfigError(
      `Method "${name}": the latent matrix is [${latent.shape}], expected [${weight.shape}], as W.`,
    );
  }
  const shape = factor && `[${factor.shape}]`;
  const expected = { none: undefined, one: "[1,1]", "per-output": `[1,${outputs}]` }[quantizer.factors(choice)];
  if (shape !== expected) {
    throw new ConfigError(
      `Method "${name}": weight quantizer "${quantizer.name}" says that its factors are "${quantizer.factors(choice)}", ` +
        `so that α would be ${expected ?? "left out"} for ${outputs} outputs, but gives ${shape ?? "none"}.`,
    );
  }
}

function checkInput(name: string, choice: Choice, site: Site, shape: number[], random: Random, progress: number): void {
  const quantizer = inputQuantizerOf(choice);
  if (quantizer.refuses?.(site)) return;
  const [x, other] = [normals(shape, random), normals(shape, random)].map((t) =>
    site.role === "probabilities" ? tf.softmax(t) : t,
  );
  const own = begin(quantizer.parameters?.(site, choice) ?? {}, x, random);
  const read = (t: tf.Tensor) => [quantizer.rule(t, own, { settings: choice, site, progress })].flat() as InputRule[];
  const [rules, again] = [read(x), read(other)];
  const said = quantizer.left?.(site, choice) ?? plainSigns;
  const expect = (what: string, declared: unknown, given: unknown) => {
    if (declared === given) return;
    throw new ConfigError(
      `Method "${name}": input quantizer "${quantizer.name}" says that what is left for ${site.role} has ` +
        `${what} ${declared}, but its rule has ${given}. Correct \`left\` or \`rule\`.`,
    );
  };
  expect("rules", said.rules ?? 1, rules.length);
  expect(
    "shares",
    said.shares ?? false,
    rules.some(({ share }) => share !== undefined),
  );
  for (const [i, rule] of rules.entries()) {
    expect("levels", said.levels, rule.levels ?? "signs");
    if (said.factor === "other") continue; // it is not left as numbers, so nothing else has to be
    // A function may be the mean of each row as well as anything else.
    if (typeof rule.factor !== "function" || said.factor !== "token")
      expect("factor", said.factor, factorKind(rule, site));
    if (rule.share !== undefined && site.role !== "probabilities") {
      throw new ConfigError(
        `Method "${name}": input quantizer "${quantizer.name}" has a share for ${site.role}, but only attention ` +
          "probabilities have rows with a largest. Leave `share` out, or say in `refuses` that it is for those alone.",
      );
    }
    const absent = rule.share === undefined ? 0 : said.thresholds; // a share stands without τ as well
    expect("thresholds", said.thresholds, rule.threshold?.size ?? absent);
    if (rule.threshold && `${readFloats(rule.threshold)}` !== `${readFloats(again[i].threshold as tf.Tensor)}`) {
      throw new ConfigError(
        `Method "${name}": the threshold of "${quantizer.name}" follows what comes in, so that no number is left of it. ` +
          'Say `factor: "other"` in `left`, make it a parameter, or of probabilities a `share` of the largest.',
      );
    }
  }
}

function factorKind({ factor }: InputRule, site: Site): Left["factor"] {
  if (factor === undefined) return "none";
  if (typeof factor === "string") return factor;
  if (typeof factor === "function") return "other";
  return factor.size === 1 ? "one" : factor.size === site.tokens ? "position" : "other";
}

const normals = (shape: number[], random: Random): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
    shape,
  );

function begin(parameters: Readonly<Record<string, OwnParameter>>, seen: tf.Tensor, random: Random) {
  const weight = seen.rank === 2 ? readFloats(seen) : new Float32Array();
  const entries = Object.entries(parameters).map(([key, { shape, start, fromFirstBatch }]) => {
    if (fromFirstBatch) return [key, fromFirstBatch(seen)] as const;
    if (typeof start === "number") return [key, tf.fill([...shape], start)] as const;
    return [key, tf.tensor(Float32Array.from(start({ weight, random })), [...shape])] as const;
  });
  return Object.fromEntries(entries);
}
