import { ConfigError } from "../base/errors";
import type { Activation } from "../binarize/activation";
import { activations } from "../binarize/activations/index";
import type { Choice, LayerBinarizer, ScoresBinarizer, ValuesBinarizer } from "../binarize/binarizer";
import type { OwnParameter, Site } from "../binarize/quantizer";
import { inputQuantizerOf, weightQuantizerOf } from "../binarize/registry";
import { type ModelConfig, numTokens, shiftName } from "./config";
import { type Linear, linears } from "./linears";

/** A parameter of the model. */
export interface ParameterPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** How it starts: uniform within a limit, normal with a deviation, one number, or as its quantizer says. */
  readonly start:
    | { readonly uniform: number }
    | { readonly deviation: number }
    | { readonly value: number }
    | { readonly own: OwnParameter };
  /** What weight decay does to it: only matrices are decayed, and `latent` ones may have a decay of their own. */
  readonly decay: "none" | "matrix" | "latent";
}

interface Common {
  /** E.g. `blocks.0.mlp.fc1`; prefix of the names of its parameters. */
  readonly name: string;
  readonly parameters: readonly ParameterPlace[];
}

export type EmbeddingPlace = Common & { readonly kind: "embedding" };

export type NormPlace = Common & { readonly kind: "norm" };

export type LinearPlace = Common &
  Linear & {
    readonly kind: "linear";
    readonly binarizer: LayerBinarizer | "off";
    /** Where its input's quantizer stands. */
    readonly site: Site;
  };

/** QKᵀ or AV of one block. */
export type ProductPlace = Common & {
  readonly kind: "product";
} & (
    | { readonly part: "scores"; readonly binarizer: ScoresBinarizer | "off" }
    | { readonly part: "values"; readonly binarizer: ValuesBinarizer | "off" }
  );

export type ActivationPlace = Common & {
  readonly kind: "activation";
  readonly width: number;
  readonly activation: Activation;
};

/** Tokens shifted by one distance, beside an MLP; its name ends with the distance. */
export type ShiftPlace = Common & { readonly kind: "shift" };

/** A part of the model. */
export type Place = EmbeddingPlace | NormPlace | LinearPlace | ProductPlace | ActivationPlace | ShiftPlace;

/**
 * Every part of the model, in the order data flows, with its parameters. Shapes, initial values, weight decay, summary,
 * flips, packed layout and ONNX are folds over this list.
 *
 * @param config - the model
 */
export function places(config: ModelConfig): readonly Place[] {
  const known = found.get(config);
  if (known) return known;
  const all = list(config);
  found.set(config, all);
  return all;
}

const found = new WeakMap<ModelConfig, readonly Place[]>();

function list(config: ModelConfig): Place[] {
  const { embedDim, pooling } = config;
  const norm = (name: string): NormPlace => ({
    kind: "norm",
    name,
    parameters: [
      { name: `${name}.gamma`, shape: [embedDim], start: { value: 1 }, decay: "none" },
      { name: `${name}.beta`, shape: [embedDim], start: { value: 0 }, decay: "none" },
    ],
  });
  const embedding = (name: string, shape: readonly number[]): EmbeddingPlace => ({
    kind: "embedding",
    name,
    parameters: [{ name, shape, start: { deviation: embeddingDeviation }, decay: "none" }],
  });
  return linears(config).flatMap((linear): Place[] => {
    const place = linearPlace(config, linear);
    const { activation, outputs } = linear;
    const hidden = activation ? [activationPlace(config, activation, outputs)] : [];
    const block = linear.name.split(".").slice(0, 2).join(".");
    switch (linear.part) {
      case "conv": {
        if (activation) return [place, ...hidden]; // of two convolutions the first
        const classToken = pooling === "class-token" ? [embedding("classToken", [1, 1, embedDim])] : [];
        return [place, ...classToken, embedding("positionEmbedding", [1, numTokens(config), embedDim])];
      }
      case "qkv":
        return [norm(`${block}.norm1`), place, ...productPlaces(config, `${block}.attention`)];
      case "fc1":
        return [norm(`${block}.norm2`), ...shiftPlaces(config, `${block}.mlp`), place, ...hidden];
      case "head":
        return [norm("norm"), place];
      default:
        return [place];
    }
  });
}

/** Standard deviation of a fresh weight times √inputs: below 1, since the residual path should dominate at first. */
const initialGain = 0.6;

/**
 * Standard deviation of fresh class token and position embeddings. Ten times the usual 0.02: trained from scratch on
 * few images, a model that cannot tell positions apart at first overfits before it learns to.
 */
const embeddingDeviation = 0.2;

function linearPlace(config: ModelConfig, linear: Linear): LinearPlace {
  const { name, part, inputs, outputs, tokens, readsHidden } = linear;
  const binarizer = part === "head" ? "off" : config.binarize[part];
  const neverNegative = readsHidden && activationOf(config).neverNegative;
  const site: Site = { role: "input", inputs, outputs, tokens, neverNegative };
  const latent = binarizer !== "off" && binarizer.weight !== "off";
  const { window } = linear;
  const shape = window ? [window.kernel, window.kernel, window.channels, outputs] : [inputs, outputs];
  return {
    kind: "linear",
    ...linear,
    binarizer,
    site,
    parameters: [
      {
        name: linear.weight,
        shape,
        start: { uniform: Math.sqrt(3 / inputs) * initialGain },
        decay: latent ? "latent" : "matrix",
      },
      { name: linear.bias, shape: [outputs], start: { value: 0 }, decay: "none" },
      ...(binarizer === "off" ? [] : layerParameters(name, binarizer, site)),
    ],
  };
}

function layerParameters(name: string, { weight, input }: LayerBinarizer, site: Site): ParameterPlace[] {
  const ofWeight = weight === "off" ? {} : weightQuantizerOf(weight).parameters?.({ ...site, role: "weight" }, weight);
  return [...own(name, ofWeight), ...(input === "off" ? [] : inputParameters(`${name}.input`, input, site))];
}

const inputParameters = (name: string, choice: Choice, site: Site): ParameterPlace[] =>
  own(name, inputQuantizerOf(choice).parameters?.(site, choice));

const own = (prefix: string, parameters: Readonly<Record<string, OwnParameter>> = {}): ParameterPlace[] =>
  Object.entries(parameters).map(([name, parameter]) => ({
    name: `${prefix}.${name}`,
    shape: parameter.shape,
    start: { own: parameter },
    decay: "none",
  }));

function productPlaces(config: ModelConfig, attention: string): ProductPlace[] {
  const { embedDim, numHeads, binarize } = config;
  const tokens = numTokens(config);
  const [scores, values] = [`${attention}.scores`, `${attention}.values`];
  const site = (role: Site["role"], inputs: number): Site => ({
    ...{ role, inputs, outputs: numHeads, tokens },
    neverNegative: role === "probabilities",
  });
  const of = (product: string, choice: Choice, role: "query" | "key" | "value" | "probabilities") =>
    inputParameters(`${product}.${role}`, choice, site(role, role === "probabilities" ? tokens : embedDim));
  const table: OwnParameter = { shape: [numHeads, embedDim / numHeads + 1], start: 0 };
  const { scores: ofScores, values: ofValues } = binarize;
  return [
    {
      kind: "product",
      name: scores,
      part: "scores",
      binarizer: ofScores,
      parameters:
        ofScores === "off"
          ? []
          : [
              ...of(scores, ofScores.operand, "query"),
              ...of(scores, ofScores.operand, "key"),
              ...own(scores, ofScores.correction === "table" ? { correction: table } : {}),
            ],
    },
    {
      kind: "product",
      name: values,
      part: "values",
      binarizer: ofValues,
      parameters:
        ofValues === "off"
          ? []
          : [...of(values, ofValues.probabilities, "probabilities"), ...of(values, ofValues.operand, "value")],
    },
  ];
}

/** Parameters that start as nothing, and take no random numbers: the others are what they are without a shift. */
function shiftPlaces({ shift, embedDim }: ModelConfig, mlp: string): ShiftPlace[] {
  const each: OwnParameter = { shape: [3, embedDim], start: 0 };
  return shift.map((distance) => {
    const name = shiftName(mlp, distance);
    return { kind: "shift", name, parameters: own(name, { scale: each, offset: each }) };
  });
}

const activationOf = ({ activation }: ModelConfig): Activation => activations()[activation];

function activationPlace(config: ModelConfig, name: string, width: number): ActivationPlace {
  const activation = activationOf(config);
  return { kind: "activation", name, width, activation, parameters: own(name, activation.parameters?.(width)) };
}

/**
 * The part of that name.
 *
 * @throws ConfigError if the model has none
 */
export function placeNamed(config: ModelConfig, name: string): Place {
  let byName = named.get(config);
  if (!byName) {
    byName = new Map(places(config).map((place) => [place.name, place]));
    named.set(config, byName);
  }
  const place = byName.get(name);
  if (!place) throw new ConfigError(`This model has no part "${name}". Its parts: ${[...byName.keys()].join(", ")}.`);
  return place;
}

const named = new WeakMap<ModelConfig, ReadonlyMap<string, Place>>();

/** @returns every layer with a weight matrix */
export function weightLayers(config: ModelConfig): readonly LinearPlace[] {
  return places(config).filter((place): place is LinearPlace => place.kind === "linear");
}

/**
 * Name and shape of every parameter.
 *
 * @param config - the model
 * @returns names in the order data flows
 */
export function parameterShapes(config: ModelConfig): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = Object.create(null); // it is asked for names from files
  for (const { parameters } of places(config)) for (const { name, shape } of parameters) shapes[name] = shape;
  return shapes;
}
