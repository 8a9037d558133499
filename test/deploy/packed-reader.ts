/**
 * A reader of packed models in plain TypeScript, written from docs/packed-model.md alone: it imports nothing of the kit,
 * and nothing at all. Numbers are float64 but where the document asks for a rounding.
 */

/** A row of numbers. */
type Row = Float64Array;
type Binarization = "off" | { readonly activation: "sign" | "none"; readonly activationScale: "token" | "none" };

interface Config {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  readonly embedDim: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly pooling: "class-token" | "mean";
  readonly normEpsilon: number;
  readonly binarize: Readonly<Record<"conv" | "qkv" | "projection" | "fc1" | "fc2", Binarization>>;
}

/** A layer: for each output its weights, which are ±1 where they are signs. */
interface Layer {
  readonly columns: readonly Row[];
  readonly bias: Row;
  readonly alpha?: Row;
  readonly how: Binarization;
}

/** What a file holds: floats by their names, and layers. */
interface Model {
  readonly config: Config;
  readonly floats: Readonly<Record<string, Row>>;
  readonly layers: Readonly<Record<string, Layer>>;
}

/** What reads a packed model's file. */
export interface PackedReader {
  readonly classNames: readonly string[];
  /** Bytes of one image → what the model reads. */
  normalize(pixels: Uint8Array): Row;
  /** One normalized image → logits. */
  logits(image: ArrayLike<number>): Row;
}

/** @param file - the bytes of a packed model; its checksum is not looked at */
export function readPackedModel(file: Uint8Array): PackedReader {
  const bytes = file.slice();
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const { __metadata__: texts, ...entries } = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  const config: Config = JSON.parse(texts.model);
  const floats: Record<string, Row> = {};
  const signs: Record<string, Row[]> = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries<Entry>(entries)) {
    const part = bytes.slice(start + data_offsets[0], start + data_offsets[1]);
    if (dtype === "F32") floats[name] = Float64Array.from(new Float32Array(part.buffer));
    else signs[name] = rowsOfSigns(part, shape);
  }
  const model = { config, floats, layers: readLayers(config, floats, signs) };
  const { maxValue, mean, std } = JSON.parse(texts.pixels);
  return {
    classNames: JSON.parse(texts.classNames),
    normalize: (pixels) =>
      Float64Array.from(pixels, (byte, i) => {
        const channel = i % config.channels;
        return Math.fround((byte / maxValue - mean[channel]) / std[channel]);
      }),
    logits: (image) => logits(model, image),
  };
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** ±1 for every bit of each row, padding included. */
function rowsOfSigns(bytes: Uint8Array, [rows, width]: readonly number[]): Row[] {
  return Array.from({ length: rows }, (_, o) =>
    Float64Array.from({ length: 8 * width }, (_, j) => ((bytes[o * width + (j >> 3)] >> (j & 7)) & 1 ? -1 : 1)),
  );
}

function readLayers({ depth, binarize }: Config, floats: Model["floats"], signs: Record<string, Row[]>) {
  const layers: Record<string, Layer> = {};
  const read = (name: string, how: Binarization, weight = `${name}.weight`) => {
    const [bias, alpha, matrix] = [floats[`${name}.bias`], floats[`${weight}.alpha`], floats[weight]];
    const outputs = bias.length;
    const column = (_: unknown, o: number) =>
      Float64Array.from({ length: matrix.length / outputs }, (_, j) => matrix[j * outputs + o]);
    const columns = how === "off" ? Array.from({ length: outputs }, column) : signs[`${weight}.signs`];
    layers[name] = { columns, bias, alpha, how };
  };
  read("patch", binarize.conv, "patch.kernel");
  for (let i = 0; i < depth; i++) {
    read(`blocks.${i}.attention.qkv`, binarize.qkv);
    read(`blocks.${i}.attention.out`, binarize.projection);
    read(`blocks.${i}.mlp.fc1`, binarize.fc1);
    read(`blocks.${i}.mlp.fc2`, binarize.fc2);
  }
  read("head", "off");
  return layers;
}

function logits({ config, floats, layers }: Model, image: ArrayLike<number>): Row {
  const { depth, pooling, embedDim: width, normEpsilon, numHeads } = config;
  const norm = (name: string, x: Row) => layerNorm(x, floats[`${name}.gamma`], floats[`${name}.beta`], normEpsilon);
  let tokens = patches(config, image).map((patch) => apply(layers.patch, patch));
  if (pooling === "class-token") tokens.unshift(floats.classToken);
  tokens = tokens.map((token, t) => token.map((value, i) => value + floats.positionEmbedding[t * width + i]));
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    const joint = tokens.map((x) => apply(layers[`${block}.attention.qkv`], norm(`${block}.norm1`, x)));
    const contexts = attention(joint, numHeads);
    tokens = tokens.map((x, t) => add(x, apply(layers[`${block}.attention.out`], contexts[t])));
    tokens = tokens.map((x) => {
      const hidden = apply(layers[`${block}.mlp.fc1`], norm(`${block}.norm2`, x));
      return add(x, apply(layers[`${block}.mlp.fc2`], hidden.map(gelu), hidden));
    });
  }
  const mean = () => tokens[0].map((_, i) => tokens.reduce((sum, token) => sum + token[i], 0) / tokens.length);
  return apply(layers.head, norm("norm", pooling === "mean" ? mean() : tokens[0]));
}

const add = (a: Row, b: Row): Row => a.map((value, i) => value + b[i]);

function patches({ imageSize, patchSize, channels }: Config, image: ArrayLike<number>): Row[] {
  const cut: Row[] = [];
  for (let top = 0; top < imageSize; top += patchSize) {
    for (let left = 0; left < imageSize; left += patchSize) {
      const numbers: number[] = [];
      for (let y = top; y < top + patchSize; y++) {
        for (let x = left; x < left + patchSize; x++) {
          for (let c = 0; c < channels; c++) numbers.push(image[(y * imageSize + x) * channels + c]);
        }
      }
      cut.push(Float64Array.from(numbers));
    }
  }
  return cut;
}

/** @param signsOf - the numbers whose signs are those of x */
function apply({ columns, bias, alpha, how }: Layer, x: Row, signsOf = x): Row {
  if (how === "off") return bias.map((offset, o) => dot(x, columns[o]) + offset);
  const read = how.activation === "sign" ? signsOf.map((value) => (value < 0 ? -1 : 1)) : x;
  const scale = x.reduce((sum, value) => sum + Math.abs(value), 0) / x.length;
  return bias.map((offset, o) => {
    let y = Math.fround(dot(read, columns[o]));
    if (alpha) y = Math.fround(y * alpha[alpha.length === 1 ? 0 : o]);
    if (how.activationScale === "token") y = Math.fround(y * scale);
    return Math.fround(y + offset);
  });
}

/** Over the numbers of x: a row of signs is longer. */
function dot(x: Row, column: Row): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += x[j] * column[j];
  return sum;
}

function layerNorm(x: Row, gamma: Row, beta: Row, epsilon: number): Row {
  const mean = x[0] + x.reduce((sum, value) => sum + (value - x[0]), 0) / x.length;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  return x.map((value, i) => ((value - mean) / Math.sqrt(variance + epsilon)) * gamma[i] + beta[i]);
}

function attention(joint: readonly Row[], heads: number): Row[] {
  const width = joint[0].length / 3;
  const dim = width / heads;
  const contexts = joint.map(() => new Float64Array(width));
  for (let from = 0; from < width; from += dim) {
    for (const [t, row] of joint.entries()) {
      const scores = joint.map((other) => {
        let sum = 0;
        for (let i = from; i < from + dim; i++) sum += row[i] * other[width + i];
        return sum / Math.sqrt(dim);
      });
      const most = Math.max(...scores);
      const powers = scores.map((score) => (score - most < -60 ? 0 : Math.exp(score - most)));
      const total = powers.reduce((sum, power) => sum + power, 0);
      for (let i = from; i < from + dim; i++) {
        contexts[t][i] = joint.reduce((sum, other, u) => sum + powers[u] * other[2 * width + i], 0) / total;
      }
    }
  }
  return contexts;
}

/** x Φ(x); erf(z) = 2/√π e^(−z²) Σ 2ⁿ z^(2n+1) / (1·3·…·(2n+1)) */
function gelu(x: number): number {
  if (Math.abs(x) > 9) return x > 0 ? x : 0; // Φ is 1 or 0 to sixteen digits
  const z = x / Math.SQRT2;
  let [term, series] = [z, z];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(series); n++) {
    term *= (2 * z * z) / (2 * n + 1);
    series += term;
  }
  return x * (0.5 + (Math.exp(-z * z) * series) / Math.sqrt(Math.PI));
}
