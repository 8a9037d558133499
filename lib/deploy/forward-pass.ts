import { type Pointer, signWords } from "../kernels/module";
import { gridSize, numPatches, numTokens, shiftName } from "../vit/config";
import { AttentionInBits } from "./attention-in-bits";
import { Embedding } from "./embedding";
import { EnginePart, type EngineParts } from "./engine-part";
import { findHiddenThresholds, type HiddenThresholds } from "./hidden-thresholds";
import { LayerProducts } from "./layer-products";
import type { Watch } from "./watch";
import type { EngineLayer } from "./weights";

/** `forward` of `lib/vit/model.ts` on one memory: the same kernels in the same order, for one batch at a time. */
export class ForwardPass extends EnginePart {
  private readonly floats = new Float32Array(this.memory.buffer);
  private readonly words = new Uint32Array(this.memory.buffer);
  private readonly layers: LayerProducts;
  private readonly embedding: Embedding;
  /** Attention in bits; undefined where scores and values are floats. */
  private readonly bits?: AttentionInBits;
  /** Of blocks whose hidden units are needed as signs only: what tells those. */
  private readonly hidden: ReadonlyMap<string, HiddenThresholds>;

  constructor(...parts: EngineParts) {
    super(...parts);
    this.layers = new LayerProducts(...parts);
    this.embedding = new Embedding(this.layers, ...parts);
    const { scores, values } = this.config;
    if (scores !== "float" || values !== "float") this.bits = new AttentionInBits(...parts);
    this.hidden = this.hiddenThresholds();
  }

  /**
   * @param images - shape [batch, S, S, c]; no more than there is room for
   * @param onAttention - gets each block's queries, keys and values, of a batch of one; shape [N, 3 · D], a view. Of the last
   *   block only the class token's query is computed, where there is one
   * @returns logits [batch, C], a view that the next call overwrites
   */
  run(images: Float32Array, batch: number, watch?: Watch, onAttention?: (qkv: Float32Array) => void): Float32Array {
    const { depth, numClasses } = this.config;
    const { narrow, wide } = this.places;
    const tokens = numTokens(this.config);
    this.embedding.run(images, batch, watch);
    for (let block = 0; block < depth; block++) {
      // After the last attention only the class token is read, so nothing else is computed.
      const queries = block === depth - 1 && this.config.pooling === "class-token" ? 1 : tokens;
      this.attend(`blocks.${block}`, batch, queries, watch, onAttention);
      this.mlp(`blocks.${block}`, batch * queries, queries, watch);
    }
    this.pool(batch);
    this.norm("norm", wide, narrow, batch);
    this.layers.apply(this.layer("head"), narrow, wide, batch);
    return this.view(wide, batch * numClasses);
  }

  /** stream[0] → stream[1], of the first `queries` tokens of each image */
  private attend(
    block: string,
    batch: number,
    queries: number,
    watch?: Watch,
    onAttention?: (qkv: Float32Array) => void,
  ): void {
    const { embedDim, numHeads } = this.config;
    const { stream, narrow, wide, scratch } = this.places;
    const tokens = numTokens(this.config);
    const rows = batch * tokens;
    const joint = this.layer(`${block}.attention.qkv`);
    this.norm(`${block}.norm1`, stream[0], narrow, rows);
    // Panels of weights hold 8 outputs: keys can be had without queries where these are whole panels.
    const whole = watch && this.bits; // who watches wants every product of attention, which needs every query
    if (queries === 1 && tokens > 1 && joint.product === "signs" && embedDim % 8 === 0 && !whole) {
      this.projectForFirstToken(joint, batch, watch);
    } else this.layers.apply(joint, narrow, wide, rows, { watch, perImage: tokens });
    onAttention?.(this.view(wide, rows * 3 * embedDim));
    if (this.bits) this.attendInBits(block, batch, queries, watch);
    else {
      const [width, heads] = [embedDim, numHeads];
      this.kernels.attention({ qkv: wide, out: narrow, batch, tokens, width, heads, queries, scratch });
    }
    if (queries < tokens) this.keepFirst(stream[0], batch, embedDim, tokens);
    const add = { residual: stream[0], spare: wide, watch, perImage: queries };
    this.layers.apply(this.layer(`${block}.attention.out`), narrow, stream[1], batch * queries, add);
  }

  /** wide → narrow, the context of the first `queries` tokens of each image; who watches sees the sums of all tokens. */
  private attendInBits(block: string, batch: number, queries: number, watch?: Watch): void {
    const { embedDim } = this.config;
    const { wide, narrow } = this.places;
    const tokens = numTokens(this.config);
    const computed = watch ? tokens : queries;
    this.bits!.run(block, wide, narrow, batch, computed, watch);
    if (computed > queries) this.keepFirst(narrow, batch, embedDim, tokens);
  }

  /** q k v of the normalized tokens, but q of each image's first token only. */
  private projectForFirstToken(joint: EngineLayer, batch: number, watch?: Watch): void {
    const { narrow, wide, signs, scratch } = this.places;
    const { inputs, weight, alpha, bias } = joint;
    const [tokens, width] = [numTokens(this.config), this.config.embedDim];
    const token = this.layers.tokenFactors(joint, narrow, batch * tokens, tokens);
    this.layers.pack(joint, narrow, batch * tokens);
    this.layers.show(joint, signs, wide, batch * tokens, watch);
    const keys = weight + this.kernels.panelBytes({ n: width, k: inputs });
    const [alphas, biases] = [alpha && alpha + 4 * width, bias + 4 * width];
    const [m, n, k] = [batch, width, inputs];
    const other = { m: m * tokens, n: 2 * n, k, stride: 3 * n, scratch };
    this.kernels.xnorGemm({ a: signs, panels: keys, y: wide + 4 * n, alpha: alphas, token, bias: biases, ...other });
    this.keepFirst(signs, batch, signWords(inputs), tokens);
    if (token) this.keepFirst(token, batch, 1, tokens);
    const first = { m, n, k, stride: 3 * n * tokens, scratch };
    this.kernels.xnorGemm({ a: signs, panels: weight, y: wide, alpha, token, bias, ...first });
  }

  /** Moves the first of every `group` rows together; rows are `length` words. */
  private keepFirst(at: Pointer, batch: number, length: number, group: number): void {
    for (let image = 1; image < batch; image++) {
      const from = at / 4 + image * group * length;
      this.words.copyWithin(at / 4 + image * length, from, from + length);
    }
  }

  /** stream[1] → stream[0] */
  private mlp(block: string, rows: number, perImage: number, watch?: Watch): void {
    const { stream, narrow, wide, signs, hiddenSigns, scratch } = this.places;
    const [fc1, fc2] = [this.layer(`${block}.mlp.fc1`), this.layer(`${block}.mlp.fc2`)];
    const add = { residual: stream[1], spare: narrow, watch, perImage };
    this.norm(`${block}.norm2`, stream[1], narrow, rows);
    this.shift(`${block}.mlp`, rows, perImage);
    const thresholds = this.hidden.get(block);
    if (thresholds !== undefined) {
      // Of the hidden units only the signs are read: nothing else is computed.
      this.layers.pack(fc1, narrow, rows);
      const token = this.layers.tokenFactors(fc1, narrow, rows, perImage);
      this.layers.show(fc1, signs, wide, rows, watch);
      const { outputs: n, inputs: k, weight: panels, alpha, bias } = fc1;
      const product = { a: signs, panels, m: rows, n, k, alpha, token, bias, scratch };
      this.kernels.xnorGemmSigns({ ...product, thresholds: thresholds.upper, signs: hiddenSigns });
      if (thresholds.lower) {
        this.kernels.xnorGemmSigns({ ...product, thresholds: thresholds.lower, signs: wide });
        const words = this.words;
        for (let i = 0, [to, from] = [hiddenSigns / 4, wide / 4]; i < rows * signWords(n); i++)
          words[to + i] ^= words[from + i];
      }
      this.layers.multiplySigns(fc2, hiddenSigns, stream[0], rows, 0, add);
      return;
    }
    this.layers.apply(fc1, narrow, wide, rows, { watch, perImage });
    this.layers.activate(`${block}.mlp.activation`, wide, rows, this.config.mlpDim);
    this.layers.apply(fc2, wide, stream[0], rows, add);
  }

  /** narrow → added to stream[1], through wide; a class token alone has no grid. */
  private shift(mlp: string, rows: number, tokens: number): void {
    const { embedDim: width, shift } = this.config;
    const { stream, narrow, wide, scratch } = this.places;
    const side = tokens < numPatches(this.config) ? 0 : gridSize(this.config);
    for (const distance of shift) {
      const [scale, offset] = ["scale", "offset"].map((own) => this.at(`${shiftName(mlp, distance)}.${own}`));
      this.kernels.tokenShift({
        x: narrow,
        scale,
        offset,
        y: wide,
        batch: rows / tokens,
        tokens,
        rows: side,
        columns: side,
        width,
        distance,
        scratch,
      });
      this.kernels.add({ a: stream[1], b: wide, y: stream[1], rows: 1, width: rows * width });
    }
  }

  /** stream[0] → what the head reads, before its norm, in `wide` */
  private pool(batch: number): void {
    const { embedDim, pooling } = this.config;
    const tokens = pooling === "mean" ? numTokens(this.config) : 1; // of class tokens there is nothing else left
    const f = this.floats;
    for (let image = 0, to = this.places.wide / 4; image < batch; image++) {
      const from = this.places.stream[0] / 4 + image * tokens * embedDim;
      for (let i = 0; i < embedDim; i++) {
        let sum = f[from + i];
        for (let n = 1; n < tokens; n++) sum = Math.fround(sum + f[from + n * embedDim + i]);
        f[to++] = sum / tokens;
      }
    }
  }

  private hiddenThresholds(): Map<string, HiddenThresholds> {
    const { depth, activation, mlpDim } = this.config;
    const { wide, hiddenThresholds } = this.places;
    const found = new Map<string, HiddenThresholds>();
    for (let i = 0; i < depth; i++) {
      const mlp = `blocks.${i}.mlp`;
      const [fc1, fc2] = [this.layer(`${mlp}.fc1`), this.layer(`${mlp}.fc2`)];
      const to = hiddenThresholds + 8 * i * mlpDim;
      const plain = fc2.product === "signs" && fc2.factor === "none" && fc2.threshold === 0;
      const thresholds =
        fc1.product === "signs" && plain && activation === "gelu"
          ? { upper: 0 } // GELU keeps signs
          : findHiddenThresholds(this.memory, this.layers, [fc1, fc2], `${mlp}.activation`, wide, to);
      if (thresholds) found.set(`blocks.${i}`, thresholds);
    }
    return found;
  }

  private norm(name: string, from: Pointer, to: Pointer, rows: number): void {
    const [gamma, beta, [mean, inverse]] = [this.at(`${name}.gamma`), this.at(`${name}.beta`), this.places.token];
    const { embedDim, normEpsilon } = this.config;
    this.kernels.layerNorm({ x: from, gamma, beta, y: to, mean, inverse, rows, width: embedDim, epsilon: normEpsilon });
  }

  private at = (name: string): Pointer => this.weights.pointers.get(name)!;
  private layer = (name: string): EngineLayer => this.weights.layers.get(name)!;
  private view = (at: Pointer, count: number) => new Float32Array(this.memory.buffer, at, count);
}
