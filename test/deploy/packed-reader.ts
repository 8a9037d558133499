/**
 * A reader of packed models in plain TypeScript, written from docs/packed-model.md alone: it imports nothing of the kit,
 * and nothing at all. Numbers are float64 but where the document asks for a rounding.
 */

/** A row of numbers. */
type Row = Float64Array;
type Form = "float" | { readonly inputs: "signs" | "float"; readonly factor: "none" | "token" | "position" };

interface Config {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  readonly embedDim: number;
  readonly depth: number;
  readonly numHeads: number;
  readonly stem: "patch" | "conv";
  readonly pooling: "class-token" | "mean";
  readonly normEpsilon: number;
  readonly shift: readonly number[];
  readonly activation: "gelu" | "relu" | "knee";
  readonly layers: Readonly<Record<"conv" | "conv2" | "qkv" | "projection" | "fc1" | "fc2", Form>>;
  readonly scores: "float" | { readonly factor: "none" | "token"; readonly correction: "none" | "table" };
  readonly values:
    | "float"
    | { readonly levels: number; readonly share: "none" | "each"; readonly factor: "constant" | "kept" };
}

/** A layer: for each output its weights, which are ±1 where they are signs. */
interface Layer {
  readonly columns: readonly Row[];
  readonly bias: Row;
  readonly alpha?: Row;
  readonly threshold?: Row;
  readonly position?: Row;
  readonly how: Form;
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
  const dataOf = ({ data_offsets: [from, to] }: Entry) => bytes.slice(start + from, start + to);
  for (const [name, entry] of Object.entries<Entry>(entries).filter(([name]) => !name.endsWith(".step"))) {
    const steps = entries[`${name}.step`] && floatsOf(entries[`${name}.step`].dtype, dataOf(entries[`${name}.step`]));
    // In a file the tensors of all blocks are one.
    const blocks = name.startsWith("blocks.") ? config.depth : 1;
    const [data, size] = [dataOf(entry), (entry.data_offsets[1] - entry.data_offsets[0]) / blocks];
    for (let block = 0; block < blocks; block++) {
      const own = name.replace("blocks.", `blocks.${block}.`);
      const part = data.slice(block * size, (block + 1) * size);
      if (entry.dtype === "U8") signs[own] = rowsOfSigns(part, entry.shape.slice(-2));
      else {
        const mine = steps?.slice((block * steps.length) / blocks, ((block + 1) * steps.length) / blocks);
        floats[own] = floatsOf(entry.dtype, part).map((value, i) => value * (mine ? mine[i % mine.length] : 1));
      }
    }
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

/** Numbers of 32, 16 or 8 bits. */
function floatsOf(dtype: string, { buffer }: Uint8Array): Row {
  const type = { F32: Float32Array, I16: Int16Array, I8: Int8Array }[dtype]!;
  return Float64Array.from(new type(buffer as ArrayBuffer));
}

/** ±1 for every bit of each row, padding included. */
function rowsOfSigns(bytes: Uint8Array, [rows, width]: readonly number[]): Row[] {
  return Array.from({ length: rows }, (_, o) =>
    Float64Array.from({ length: 8 * width }, (_, j) => ((bytes[o * width + (j >> 3)] >> (j & 7)) & 1 ? -1 : 1)),
  );
}

function readLayers({ depth, stem, layers: forms }: Config, floats: Model["floats"], signs: Record<string, Row[]>) {
  const layers: Record<string, Layer> = {};
  const read = (name: string, how: Form, weight = `${name}.weight`) => {
    const [bias, alpha, matrix] = [floats[`${name}.bias`], floats[`${weight}.alpha`], floats[weight]];
    const outputs = bias.length;
    const column = (_: unknown, o: number) =>
      Float64Array.from({ length: matrix.length / outputs }, (_, j) => matrix[j * outputs + o]);
    const columns = how === "float" ? Array.from({ length: outputs }, column) : signs[`${weight}.signs`];
    const [threshold, position] = [floats[`${name}.threshold`], floats[`${name}.position`]];
    layers[name] = { columns, bias, alpha, threshold, position, how };
  };
  if (stem === "patch") read("patch", forms.conv, "patch.kernel");
  else {
    read("stem.0", forms.conv, "stem.0.kernel");
    read("stem.1", forms.conv2, "stem.1.kernel");
  }
  for (let i = 0; i < depth; i++) {
    read(`blocks.${i}.attention.qkv`, forms.qkv);
    read(`blocks.${i}.attention.out`, forms.projection);
    read(`blocks.${i}.mlp.fc1`, forms.fc1);
    read(`blocks.${i}.mlp.fc2`, forms.fc2);
  }
  read("head", "float");
  return layers;
}

function logits({ config, floats, layers }: Model, image: ArrayLike<number>): Row {
  const { depth, pooling, embedDim: width, normEpsilon } = config;
  const norm = (name: string, x: Row) => layerNorm(x, floats[`${name}.gamma`], floats[`${name}.beta`], normEpsilon);
  let tokens = config.stem === "patch" ? embed(config, layers, image) : convolve(config, floats, layers, image);
  if (pooling === "class-token") tokens.unshift(floats.classToken);
  tokens = tokens.map((token, t) => token.map((value, i) => value + floats.positionEmbedding[t * width + i]));
  for (let i = 0; i < depth; i++) {
    const block = `blocks.${i}`;
    const joint = tokens.map((x, t) => apply(layers[`${block}.attention.qkv`], norm(`${block}.norm1`, x), t));
    const contexts = attention(config, floats, `${block}.attention`, joint);
    tokens = tokens.map((x, t) => add(x, apply(layers[`${block}.attention.out`], contexts[t], t)));
    const normed = tokens.map((x) => norm(`${block}.norm2`, x));
    for (const distance of config.shift) {
      const moved = shift(config, floats, `${block}.mlp.shift.${distance}`, distance, normed);
      tokens = tokens.map((x, t) => add(x, moved[t]));
    }
    tokens = tokens.map((x, t) => {
      const hidden = apply(layers[`${block}.mlp.fc1`], normed[t], t);
      const active = activate(config.activation, floats, `${block}.mlp.activation`, hidden);
      return add(x, apply(layers[`${block}.mlp.fc2`], active, t, config.activation === "gelu" ? hidden : active));
    });
  }
  const mean = () => tokens[0].map((_, i) => tokens.reduce((sum, token) => sum + token[i], 0) / tokens.length);
  return apply(layers.head, norm("norm", pooling === "mean" ? mean() : tokens[0]), 0);
}

/** What is added for one distance to each token, from the tokens that enter the MLP. */
function shift(config: Config, floats: Model["floats"], name: string, distance: number, tokens: readonly Row[]): Row[] {
  const side = config.imageSize / config.patchSize;
  const first = tokens.length - side * side;
  const around = (place: number) => ((place % side) + side) % side;
  const quarter = Math.ceil(config.embedDim / 4);
  return tokens.map((token, t) => {
    const [r, c] = [Math.floor((t - first) / side), (t - first) % side];
    const patch = (down: number, right: number) => tokens[first + around(r + down) * side + around(c + right)];
    return token.map((own, i) => {
      let moved = [own, own, own];
      if (t >= first) {
        let [rows, columns] = [0, 0];
        for (let k = -distance; k <= distance; k++) {
          rows += patch(k, 0)[i];
          columns += patch(0, k)[i];
        }
        const quarters = [patch(-distance, 0), patch(distance, 0), patch(0, -distance), patch(0, distance)];
        moved = [rows / (2 * distance + 1), columns / (2 * distance + 1), quarters[Math.floor(i / quarter)][i]];
      }
      const terms = moved.map((value, way) => {
        const at = way * config.embedDim + i;
        return value * floats[`${name}.scale`][at] + floats[`${name}.offset`][at];
      });
      return terms[0] + terms[1] + terms[2];
    });
  });
}

const add = (a: Row, b: Row): Row => a.map((value, i) => value + b[i]);

function embed({ imageSize, patchSize, channels }: Config, layers: Model["layers"], image: ArrayLike<number>): Row[] {
  return windows(image, imageSize, channels, patchSize, patchSize, 0).map((x, t) => apply(layers.patch, x, t));
}

function convolve(config: Config, floats: Model["floats"], layers: Model["layers"], image: ArrayLike<number>): Row[] {
  const { imageSize, patchSize, channels, embedDim, activation } = config;
  const [first, second] = [patchSize === 1 ? 1 : 2, patchSize === 4 ? 2 : 1];
  const hidden = windows(image, imageSize, channels, 3, first, 1).map((x, t) => apply(layers["stem.0"], x, t));
  const again = (rows: readonly Row[]) =>
    windows(Float64Array.from(rows.flatMap((row) => [...row])), imageSize / first, embedDim / 2, 3, second, 1);
  const active = again(hidden.map((row) => activate(activation, floats, "stem.activation", row)));
  const signsOf = activation === "gelu" ? again(hidden) : active;
  return active.map((x, t) => apply(layers["stem.1"], x, t, signsOf[t]));
}

/** Squares of `size` pixels, `stride` apart; what is outside the picture is 0. */
function windows(
  picture: ArrayLike<number>,
  side: number,
  channels: number,
  size: number,
  stride: number,
  zeros: number,
) {
  const cut: Row[] = [];
  for (let top = -zeros; top + size <= side + zeros; top += stride) {
    for (let left = -zeros; left + size <= side + zeros; left += stride) {
      const numbers: number[] = [];
      for (let y = top; y < top + size; y++) {
        for (let x = left; x < left + size; x++) {
          const inside = y >= 0 && y < side && x >= 0 && x < side;
          for (let c = 0; c < channels; c++) numbers.push(inside ? picture[(y * side + x) * channels + c] : 0);
        }
      }
      cut.push(Float64Array.from(numbers));
    }
  }
  return cut;
}

/**
 * @param t - which token x is, counted from 0
 * @param signsOf - the numbers whose signs are those of x
 */
function apply({ columns, bias, alpha, threshold, position, how }: Layer, x: Row, t: number, signsOf = x): Row {
  if (how === "float") return bias.map((offset, o) => dot(x, columns[o]) + offset);
  const sign = (value: number, j: number) => {
    if (!threshold) return signsOf[j] < 0 ? -1 : 1;
    return value < threshold[threshold.length === 1 ? 0 : j] ? -1 : 1;
  };
  const read = how.inputs === "signs" ? x.map(sign) : x;
  const size = meanSize(x);
  return bias.map((offset, o) => {
    let y = Math.fround(dot(read, columns[o]));
    if (alpha) y = Math.fround(y * alpha[alpha.length === 1 ? 0 : o]);
    if (how.factor === "token") y = Math.fround(y * size);
    if (how.factor === "position") y = Math.fround(y * position![t]);
    return Math.fround(y + offset);
  });
}

const meanSize = (x: Row): number => x.reduce((sum, value) => sum + Math.abs(value), 0) / x.length;

function activate(kind: Config["activation"], floats: Model["floats"], name: string, x: Row): Row {
  if (kind === "gelu") return x.map(gelu);
  if (kind === "relu") return x.map((value) => Math.max(0, value));
  const [knee, slope, offset] = ["knee", "slope", "offset"].map((own) => floats[`${name}.${own}`]);
  return x.map((value, j) => {
    const shifted = Math.fround(value - knee[j]);
    return Math.fround((shifted > 0 ? shifted : Math.fround(shifted * slope[j])) + offset[j]);
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

function attention(config: Config, floats: Model["floats"], name: string, joint: readonly Row[]): Row[] {
  const { numHeads, embedDim: width, scores, values } = config;
  const dim = width / numHeads;
  const contexts = joint.map(() => new Float64Array(width));
  for (let head = 0; head < numHeads; head++) {
    const from = head * dim;
    const [q, k, v] = [0, 1, 2].map((of) =>
      joint.map((row) => row.subarray(of * width + from, of * width + from + dim)),
    );
    const signs = (rows: readonly Row[], tensor: string) => {
      const threshold = floats[`${tensor}.threshold`];
      const limit = (i: number) => threshold?.[threshold.length === 1 ? 0 : from + i] ?? 0;
      return rows.map((row) => row.map((value, i) => (value < limit(i) ? -1 : 1)));
    };
    const [signsOfQ, signsOfK] = [signs(q, `${name}.scores.query`), signs(k, `${name}.scores.key`)];
    const signsOfV = signs(v, `${name}.values.value`);
    const [sizesOfQ, sizesOfK] = [q.map(meanSize), k.map(meanSize)];
    for (const t of joint.keys()) {
      const all = joint.map((_, u) => {
        if (scores === "float") return dot(q[t], k[u]) / Math.sqrt(dim);
        const s = dot(signsOfQ[t], signsOfK[u]);
        const betas = scores.factor === "token" ? sizesOfQ[t] * sizesOfK[u] : 1;
        const table = scores.correction === "table" ? floats[`${name}.scores.correction`] : undefined;
        return s * betas * floats[`${name}.scores.scale`][0] + (table ? table[head * (dim + 1) + (s + dim) / 2] : 0);
      });
      const most = Math.max(...all);
      const powers = all.map((score) => (score - most < -60 ? 0 : Math.exp(score - most)));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const context = contexts[t].subarray(from, from + dim);
      if (values === "float") {
        context.forEach((_, i) => {
          context[i] = v.reduce((sum, other, u) => sum + powers[u] * other[i], 0) / total;
        });
        continue;
      }
      const gamma = floats[`${name}.values.value.scale`]?.[0] ?? 1;
      for (let level = 0; level < values.levels; level++) {
        const at = head * values.levels + level;
        const share = values.share === "each" ? floats[`${name}.values.probabilities.share`][at] : 0;
        const threshold = floats[`${name}.values.probabilities.threshold`][at] + share * (Math.max(...powers) / total);
        const kept = powers.map((power) => power / total >= threshold);
        const keptSum = powers.reduce((sum, power, u) => sum + (kept[u] ? power / total : 0), 0);
        const constant = floats[`${name}.values.probabilities.alpha`]?.[at];
        const alpha = constant ?? keptSum / Math.max(1, kept.filter(Boolean).length);
        context.forEach((_, i) => {
          const sum = signsOfV.reduce((n, other, u) => n + (kept[u] ? other[i] : 0), 0);
          context[i] += sum * alpha * gamma;
        });
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
