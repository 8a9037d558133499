import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import type { WasmBackend } from "../../lib/backend/wasm-backend";
import { ConfigError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { attendBinary, binarizeOperand, binarizeProbabilities, binaryScores } from "../../lib/binarize/attention";
import type { Choice, ScoresBinarizer, ValuesBinarizer } from "../../lib/binarize/binarizer";
import { binaryLinear } from "../../lib/binarize/linear";
import { type MethodName, methods } from "../../lib/binarize/methods";
import {
  type InputRule,
  type Left,
  type Own,
  type OwnParameter,
  plainSigns,
  type Site,
} from "../../lib/binarize/quantizer";
import { binarizers, inputQuantizerOf, weightQuantizerOf } from "../../lib/binarize/registry";
import { binarizeWeight } from "../../lib/binarize/weight";

const names = Object.keys(methods) as MethodName[];
const [B, H, N, d, I, O] = [2, 3, 5, 2, 6, 4];

beforeAll(async () => {
  await useBackend("wasm");
});

function normals(seed: number, shape: number[]): tf.Tensor {
  const random = new Random(seed);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal()),
    shape,
  );
}

const weightSite: Site = { role: "weight", inputs: I, outputs: O, tokens: N, neverNegative: false };
const attentionSite = { inputs: H * d, outputs: H, tokens: N, neverNegative: false };

/** Where an input's quantizer can stand, what of a binarizer stands there, and something to binarize. */
const sites: readonly { part: "input" | "operand" | "probabilities"; site: Site; x: (seed: number) => tf.Tensor }[] = [
  { part: "input", site: { ...weightSite, role: "input" }, x: (seed) => normals(seed, [B, N, I]) },
  {
    part: "input",
    site: { ...weightSite, role: "input", neverNegative: true },
    x: (seed) => tf.abs(normals(seed, [B, N, I])),
  },
  ...(["query", "key", "value"] as const).map((role) => ({
    part: "operand" as const,
    site: { ...attentionSite, role },
    x: (seed: number) => normals(seed, [B, H, N, d]),
  })),
  {
    part: "probabilities",
    site: { role: "probabilities", inputs: N, outputs: H, tokens: N, neverNegative: true },
    x: (seed) => tf.softmax(normals(seed, [B, H, N, N])),
  },
];

const ownOf = (parameters: Readonly<Record<string, OwnParameter>> = {}): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, { shape }], i) => [name, tf.add(0.5, tf.abs(normals(i, [...shape])))]),
  );

/** The same parameters, noting which are asked for. */
function watched(own: Own): { own: Own; used: Set<string> } {
  const used = new Set<string>();
  const get = (target: Own, name: string) => {
    used.add(name);
    return target[name];
  };
  return { own: new Proxy(own, { get: get as ProxyHandler<Own>["get"] }), used };
}

const listOf = (rules: InputRule | readonly InputRule[]): readonly InputRule[] => ("slope" in rules ? [rules] : rules);

/** What a rule's factor is, judged by its numbers. */
function kindOf({ factor }: InputRule, x: tf.Tensor, site: Site): Left["factor"] {
  if (factor === undefined) return "none";
  if (typeof factor === "string") return factor;
  if (typeof factor === "object") {
    if (factor.size === 1) return "one";
    expect(factor.shape).toEqual([site.tokens, 1]);
    return "position";
  }
  const [got, token] = [factor(x), tf.mean(tf.abs(x), -1, true)];
  const same = got.size === token.size && Math.max(...readFloats(tf.abs(tf.sub(got, token)))) < 1e-5;
  return same ? "token" : "other";
}

describe.each(names)("of method %s", (name) => {
  test.each(sites)(
    "what is left at $site.role ($part) is what its rule gives, and its parameters are all used",
    (at) => {
      const { part, site, x } = at;
      const choice = binarizers[name][part];
      if (choice === "off") return;
      const quantizer = inputQuantizerOf(choice);
      const refused = quantizer.refuses?.(site);
      if (refused !== undefined) {
        expect(refused).toMatch(/^[a-z].*[a-z0-9}]$/); // it ends a sentence that `parseModelConfig` begins
        return;
      }
      const left = quantizer.left?.(site, choice) ?? plainSigns;
      const parameters = ownOf(quantizer.parameters?.(site, choice));
      const context = { settings: choice, site, progress: 0.5 };
      const { own, used } = watched(parameters);
      const input = x(1);
      const rules = listOf(quantizer.rule(input, own, context));
      const kinds = rules.map((rule) => kindOf(rule, input, site));
      expect([...used].sort()).toEqual(Object.keys(parameters).sort());
      expect(rules).toHaveLength(left.rules ?? 1);
      for (const { levels = "signs" } of rules) expect(levels).toBe(left.levels);
      const others = listOf(quantizer.rule(x(2), parameters, context));
      if (left.factor === "other") {
        expect(kinds).toContain("other"); // no number that is known before the input
        return;
      }
      expect(rules.some(({ share }) => share !== undefined)).toBe(left.shares ?? false);
      for (const [i, { threshold, share, factor, gain }] of rules.entries()) {
        expect(kinds[i]).toBe(left.factor);
        if (threshold || share === undefined) expect(threshold?.size ?? 0).toBe(left.thresholds);
        expect(threshold && [...readFloats(threshold)]).toEqual(
          others[i].threshold && [...readFloats(others[i].threshold as tf.Tensor)],
        );
        if (typeof factor === "object") {
          expect([...readFloats(factor)]).toEqual([...readFloats(others[i].factor as tf.Tensor)]);
        }
        if (gain) for (const value of readFloats(gain)) expect(value).toBeGreaterThan(0);
      }
    },
  );

  test("a weight has as many α as it says, one latent number for each weight, and uses its parameters", () => {
    const { weight: choice } = binarizers[name];
    if (choice === "off") throw new Error("every method here binarizes weights");
    const quantizer = weightQuantizerOf(choice);
    const parameters = ownOf(quantizer.parameters?.(weightSite, choice));
    const { own, used } = watched(parameters);
    const { latent, factor } = quantizer.quantize(normals(3, [I, O]), own, {
      settings: choice,
      site: weightSite,
      progress: 0.5,
    });
    expect(latent.shape).toEqual([I, O]);
    expect([...used].sort()).toEqual(Object.keys(parameters).sort());
    const shape = { none: undefined, one: [1, 1], "per-output": [1, O] }[quantizer.factors(choice)];
    expect(factor?.shape).toEqual(shape);
    expect(binarizeWeight(normals(3, [I, O]), binarizers[name], parameters).shape).toEqual([I, O]);
  });

  test("a parameter that is missing is refused by its name", () => {
    const { weight, input, operand, probabilities, correction } = binarizers[name];
    const layer = { ...(weight === "off" ? {} : weightQuantizerOf(weight).parameters?.(weightSite, weight)) };
    for (const [own, parameter] of Object.entries(of(input, { ...weightSite, role: "input" }))) {
      layer[`input.${own}`] = parameter;
    }
    const plain = { weight: normals(1, [I, O]), bias: tf.zeros([O]) };
    const x = normals(2, [B, N, I]);
    refusesEach(layer, (own) => binaryLinear(x, { ...plain, ...own }, binarizers[name]));
    if (operand === "off" || probabilities === "off") return;
    const q = normals(4, [B, H, N, d]);
    const scores = { ...part("query", operand), ...part("key", operand) };
    const table = { shape: [H, d + 1], start: 0 };
    const how: ScoresBinarizer = { operand, correction };
    refusesEach({ ...scores, ...(correction === "table" ? { correction: table } : {}) }, (own) =>
      binaryScores(q, q, how, own),
    );
    const a = tf.softmax(normals(5, [B, H, N, N]));
    const values: ValuesBinarizer = { operand, probabilities };
    const ofValues = { ...part("value", operand), ...part("probabilities", probabilities) };
    refusesEach(ofValues, (own) => attendBinary(a, q, values, own));
    refusesEach(of(operand, { ...attentionSite, role: "query" }), (own) =>
      binarizeOperand(q, { operand }, "query", own),
    );
    refusesEach(of(probabilities, sites[sites.length - 1].site), (own) =>
      binarizeProbabilities(a, { probabilities }, own),
    );
  });
});

const of = (choice: Choice | "off", site: Site): Readonly<Record<string, OwnParameter>> =>
  choice === "off" ? {} : (inputQuantizerOf(choice).parameters?.(site, choice) ?? {});

function part(role: "query" | "key" | "value" | "probabilities", choice: Choice): Record<string, OwnParameter> {
  const { site } = sites.find(({ site }) => site.role === role) as (typeof sites)[number];
  return Object.fromEntries(Object.entries(of(choice, site)).map(([name, own]) => [`${role}.${name}`, own]));
}

/** It works with all parameters, and says which one is left out. */
function refusesEach(parameters: Readonly<Record<string, OwnParameter>>, compute: (own: Own) => tf.Tensor): void {
  const own = ownOf(parameters);
  for (const value of readFloats(compute(own))) expect(value).toSatisfy(Number.isFinite);
  for (const missing of Object.keys(own)) {
    const { [missing]: _, ...rest } = own;
    expect(() => compute(rest)).toThrow(ConfigError);
    const bare = missing.replace(/^(query|key|value|probabilities)\./, "");
    expect(() => compute(rest)).toThrow(`needs its parameter: pass the tensor \`${bare}\`.`);
  }
}

test("the gradient of BVT-IMA's table takes no more memory than the scores, on as many as photographs have", () => {
  const [images, heads, tokens, width] = [64, 4, 65, 32];
  const [q, k] = [1, 2].map((seed) => normals(seed, [images, heads, tokens, width]));
  const dy = normals(3, [images, heads, tokens, tokens]);
  const { operand, correction } = binarizers["bvt-ima"] as ScoresBinarizer;
  const scoresOf = (table: tf.Tensor) => binaryScores(q, k, { operand, correction }, { correction: table });
  const memory = () => (tf.backend() as unknown as WasmBackend).wasm.asm.memory.buffer.byteLength;
  const before = memory();
  const gradient = readFloats(tf.grad(scoresOf)(tf.zeros([heads, width + 1]), dy));
  expect(memory() - before).toBeLessThan(2e8); // one-hot places of each score would be 1.1 GB

  const [qs, ks, ds] = [q, k, dy].map(readFloats);
  const sign = (x: number) => (x >= 0 ? 1 : -1);
  const expected = new Float64Array(heads * (width + 1));
  for (let row = 0; row < images * heads * tokens; row++) {
    const head = Math.floor(row / tokens) % heads;
    for (let column = 0; column < tokens; column++) {
      const other = (Math.floor(row / tokens) * tokens + column) * width;
      let product = 0;
      for (let i = 0; i < width; i++) product += sign(qs[row * width + i]) * sign(ks[other + i]);
      expected[head * (width + 1) + (product + width) / 2] += ds[row * tokens + column];
    }
  }
  for (const [i, value] of gradient.entries()) expect(value).toBeCloseTo(expected[i], 2);
});
