import { Random } from "../../lib/base/random";
import { use } from "../../lib/binarize/method";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { inputQuantizer } from "../../lib/binarize/quantizer";
import { addMethod } from "../../lib/binarize/registry";
import { slopes } from "../../lib/binarize/slopes";
import type { Dataset } from "../../lib/data/dataset";
import { unsupported } from "../../lib/deploy/left";
import type { ModelConfig } from "../../lib/vit/config";
import { initialParameters, type ParameterArrays } from "../../lib/vit/parameters";
import type { ModelInput } from "../../lib/vit/parse-config";
import { smallModel } from "../vit/small-model";

/** What is changed of a small model. */
export type Changes = Partial<ModelInput>;

/** A way to binarize, by what tests call it. */
export type MethodCase = readonly [name: string, changes: Changes];

/** Keeps what no method of the kit does: from a threshold of each head and a share of the row's largest together. */
const both = inputQuantizer({
  name: "both",
  revision: 1,
  settings: {},
  parameters: ({ inputs: keys, outputs: heads }) => ({ threshold: { shape: [heads, 1, 1], start: 0.2 / keys } }),
  rule: (_, { threshold }) => ({
    threshold,
    share: 0.3,
    slope: slopes.identity,
    levels: "zero-one",
    factor: "kept",
  }),
  left: ({ outputs: heads }) => ({ thresholds: heads, shares: true, factor: "kept", levels: "zero-one" }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "it is made for the rows of a softmax"),
});
addMethod("threshold-and-share", { ...methods.channel, probabilities: use(both) });

const kept = (quantizer: string, settings: object) =>
  ({ probabilities: { quantizer, ...settings }, operand: "lsq" }) as const;

const names = Object.keys(methods) as MethodName[];

const layersOf = (name: MethodName): MethodCase => [name, { binarize: { mlp: name, mhsa: name } }];

const everything = (name: MethodName): MethodCase => [
  `${name} everywhere`,
  { binarize: { conv: name, mlp: name, mhsa: name, scores: name, values: name } },
];

/** Every method as mlp + mhsa, its scores and values, and some with an activation of their own. */
const all: readonly MethodCase[] = [
  ...names.map(layersOf),
  ...names
    .filter((name) => name !== "channel-w1a32") // float operands
    .flatMap((name): MethodCase[] => [
      [`${name} scores`, { binarize: { scores: name } }],
      [`${name} values`, { binarize: { values: name, projection: "channel" } }],
      [`${name} scores and values`, { binarize: { mlp: name, mhsa: name, scores: name, values: name } }],
    ]),
  ["react-net rprelu", { activation: "rprelu", binarize: { mlp: "react-net", mhsa: "react-net" } }],
  ["bit relu", { activation: "relu", binarize: { mlp: "bit", mhsa: "bit" } }],
  ["dorefa relu", { activation: "relu", binarize: { mlp: "dorefa", mhsa: "dorefa" } }],
  ["dorefa probabilities", { binarize: { values: { probabilities: { quantizer: "dorefa" }, operand: "lsq" } } }],
  ["bivit with the mean of the kept", { binarize: { values: kept("softmax-aware", { scale: "row" }) } }],
  ["bivit, 0.6, and gsb's operands", { binarize: { scores: "gsb", values: kept("softmax-aware", { share: 0.6 }) } }],
  ["fc1 alone, rprelu", { activation: "rprelu", binarize: { fc1: "lsq" } }],
  ...(["bit", "bvt-ima", "channel", "bhvit", "gsb", "bivit"] as const).map(everything),
  ["bit relu everywhere", { activation: "relu", ...everything("bit")[1] }],
  ...stems(),
];

/** A stem of convolutions: everything binary, then the stem alone in every form that a layer can be left in. */
function stems(): MethodCase[] {
  const withStem = ([name, changes]: MethodCase, more: Changes = {}): MethodCase => [
    `${name}, stem of convolutions`,
    { stem: "conv", ...changes, ...more },
  ];
  const alone = (name: MethodName): MethodCase => [name, { binarize: { conv: name } }];
  return [
    ...(["bit", "bvt-ima", "channel", "bhvit"] as const).map((name) => withStem(everything(name))),
    withStem(["bit relu everywhere", everything("bit")[1]], { activation: "relu" }),
    withStem(["react-net rprelu everywhere", everything("react-net")[1]], { activation: "rprelu" }),
    ...(["unscaled", "tensor", "xnor", "xnor-plus", "channel-w1a32", "lsq"] as const).map((name) =>
      withStem(alone(name)),
    ),
    withStem(["dorefa relu", { activation: "relu", binarize: { conv: "dorefa" } }]),
    withStem(["unscaled, strides of 1 and 1", { patchSize: 1, binarize: { conv: "unscaled" } }]),
    withStem(["xnor, strides of 2 and 2", { imageSize: 8, patchSize: 4, binarize: { conv: "xnor", mlp: "xnor" } }]),
    withStem(["float, mlp channel", { binarize: { mlp: "channel" } }]),
  ];
}

const why = ([, changes]: MethodCase) => unsupported(smallModel(changes));

/** Models with shifted tokens, on a grid on which they all go around. */
export const shifted: readonly MethodCase[] = [
  ["shift 1 2", { imageSize: 12, shift: [1, 2], binarize: { mlp: "channel", mhsa: "channel" } }],
  ["shift 2 1 3, rprelu", { imageSize: 12, shift: [2, 1, 3], activation: "rprelu", binarize: { mlp: "react-net" } }],
  [
    "shift 1, thresholds of fc2",
    { imageSize: 6, embedDim: 30, numHeads: 3, shift: [1], binarize: { fc2: "react-net", values: "bhvit" } },
  ],
  ["shift 3, bhvit everywhere", { imageSize: 12, shift: [3], ...everything("bhvit")[1] }],
];

/** Those that can be packed. */
export const packable = all.filter((one) => why(one) === undefined);

/** Those that cannot, each with the reason. */
export const refused = all.flatMap((one): [string, Changes, string][] => {
  const reason = why(one);
  return reason === undefined ? [] : [[one[0], one[1], reason]];
});

/**
 * Parameters as training might leave them: nothing is at its start, no threshold, table or factor is trivial, learned sizes
 * are positive, and attention is sharp enough for every threshold to keep something.
 */
export function noisyParameters(config: ModelConfig, seed: number): ParameterArrays {
  const random = new Random(seed, 78);
  const moved = (name: string): ((value: number, noise: number) => number) => {
    if (name.includes(".mlp.shift.")) return (value, noise) => value + 0.3 * noise;
    if (/probabilities\.scale$/.test(name)) return () => 0.2 + 0.1 * random.uniform();
    if (/\.(alpha|step|scale|position)$/.test(name))
      return (value, noise) => 0.05 + Math.abs(value * (1 + 0.3 * noise));
    if (/correction$/.test(name)) return (_, noise) => 0.5 * noise;
    if (/qkv\.weight$/.test(name)) return (value, noise) => 3 * value + 0.1 * noise;
    const deviation = /(threshold|knee|offset)$/.test(name) ? 0.2 : 0.1;
    return (value, noise) => value + deviation * noise;
  };
  return Object.fromEntries(
    Object.entries(initialParameters(config, seed)).map(([name, { shape, data }]) => {
      const change = moved(name);
      return [name, { shape, data: data.map((value) => change(value, random.normal())) }];
    }),
  );
}

/** A test split of random bytes for any model. */
export function randomDataset({ imageSize, channels, numClasses }: ModelConfig, count: number): Dataset {
  const random = new Random(imageSize, count);
  const pixels = Uint8Array.from({ length: count * imageSize ** 2 * channels }, () => random.integer(256));
  const split = { pixels, labels: new Uint8Array(count), count };
  const classNames = Array.from({ length: numClasses }, (_, i) => `${i}`);
  const [mean, std] = [0.5, 0.25].map((value) => Array.from({ length: channels }, () => value));
  return {
    ...{ name: "random", imageSize, channels, classNames, maxValue: 255, mean, std, sha256: "0" },
    ...{ train: split, validation: split, test: split },
  } as unknown as Dataset;
}
