import { DataError } from "../base/errors";
import { type InferenceKernels, type Pointer, signWords } from "../kernels/module";
import { type ModelConfig, numPatches, numTokens } from "../vit/config";
import type { Activations } from "./activations";
import type { Watch } from "./engine";
import type { EngineLayer, Weights } from "./weights";

/** `forward` of `lib/vit/model.ts` on one memory: the same kernels in the same order, for one batch at a time. */
export class ForwardPass {
  private readonly floats: Float32Array;
  private readonly words: Uint32Array;

  /** @param memory - has its final size: it must not grow any more */
  constructor(
    private readonly config: ModelConfig,
    private readonly kernels: InferenceKernels,
    private readonly weights: Weights,
    private readonly places: Activations,
    private readonly memory: WebAssembly.Memory,
  ) {
    this.floats = new Float32Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
  }

  /**
   * @param images - shape [batch, S, S, c]; no more than there is room for
   * @returns logits [batch, C], a view that the next call overwrites
   */
  run(images: Float32Array, batch: number, watch?: Watch): Float32Array {
    const { depth, numClasses } = this.config;
    const { narrow, wide } = this.places;
    const tokens = numTokens(this.config);
    this.embed(images, batch, watch);
    for (let block = 0; block < depth; block++) {
      // After the last attention only the class token is read, so nothing else is computed.
      const queries = block === depth - 1 && this.config.pooling === "class-token" ? 1 : tokens;
      this.attend(`blocks.${block}`, batch, queries, watch);
      this.mlp(`blocks.${block}`, batch * queries, watch);
    }
    this.pool(batch);
    this.norm("norm", wide, narrow, batch);
    this.apply(this.layer("head"), narrow, wide, batch);
    return this.view(wide, batch * numClasses);
  }

  /** Images → stream[0]. */
  private embed(images: Float32Array, batch: number, watch?: Watch): void {
    const { embedDim, pooling, imageSize, patchSize, channels } = this.config;
    const { wide, narrow, stream } = this.places;
    const patches = numPatches(this.config);
    const layer = this.layer("patch");
    this.view(this.places.images, images.length).set(images);
    if (
      this.kernels.patchify({
        images: this.places.images,
        patches: wide,
        batch,
        size: imageSize,
        patch: patchSize,
        channels,
      }) !== 0
    ) {
      throw new DataError("An image holds a pixel that is not a finite number. Check how it was normalized.");
    }
    this.apply(layer, wide, narrow, batch * patches, { watch });
    const position = this.at("positionEmbedding");
    const extra = pooling === "class-token" ? embedDim : 0; // floats before the first patch
    for (let image = 0; image < batch; image++) {
      const to = stream[0] + 4 * image * (extra + patches * embedDim);
      if (extra) this.kernels.add({ a: this.at("classToken"), b: position, y: to, rows: 1, width: extra });
      const from = narrow + 4 * image * patches * embedDim;
      this.kernels.add({ a: from, b: position + 4 * extra, y: to + 4 * extra, rows: 1, width: patches * embedDim });
    }
  }

  /** stream[0] → stream[1], of the first `queries` tokens of each image */
  private attend(block: string, batch: number, queries: number, watch?: Watch): void {
    const { embedDim, numHeads } = this.config;
    const { stream, narrow, wide, probabilities, scratch } = this.places;
    const tokens = numTokens(this.config);
    const rows = batch * tokens;
    const joint = this.layer(`${block}.attention.qkv`);
    this.norm(`${block}.norm1`, stream[0], narrow, rows);
    // Panels of weights hold 8 outputs: keys can be had without queries where these are whole panels.
    if (queries === 1 && tokens > 1 && joint.product === "signs" && embedDim % 8 === 0) {
      this.projectForFirstToken(joint, batch, watch);
    } else this.apply(joint, narrow, wide, rows, { watch });
    const [width, heads] = [embedDim, numHeads];
    for (let image = 0; image < batch; image++) {
      // One image at a time: the probabilities of a whole batch would not fit into a cache.
      const [qkv, out] = [wide + 12 * image * tokens * embedDim, narrow + 4 * image * queries * embedDim];
      const probs = probabilities;
      this.kernels.attention({ qkv, out, probs, batch: 1, tokens, width, heads, queries, scratch });
    }
    if (queries < tokens) this.keepFirst(stream[0], batch, embedDim, tokens);
    const add = { residual: stream[0], spare: wide, watch };
    this.apply(this.layer(`${block}.attention.out`), narrow, stream[1], batch * queries, add);
  }

  /** q k v of the normalized tokens, but q of each image's first token only. */
  private projectForFirstToken(joint: EngineLayer, batch: number, watch?: Watch): void {
    const { narrow, wide, signs, scratch } = this.places;
    const { inputs, weight, alpha, bias } = joint;
    const [tokens, width] = [numTokens(this.config), this.config.embedDim];
    const token = this.tokenFactors(joint, narrow, batch * tokens);
    this.pack(joint, narrow, batch * tokens);
    this.show(joint, signs, wide, batch * tokens, watch);
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
  private mlp(block: string, rows: number, watch?: Watch): void {
    const { stream, narrow, wide, signs, hiddenSigns, scratch } = this.places;
    const [fc1, fc2] = [this.layer(`${block}.mlp.fc1`), this.layer(`${block}.mlp.fc2`)];
    const add = { residual: stream[1], spare: narrow, watch };
    this.norm(`${block}.norm2`, stream[1], narrow, rows);
    if (fc1.product === "signs" && fc2.product === "signs" && !fc2.tokenScale) {
      // Of the hidden units only the signs are read, and GELU keeps them: nothing else is computed.
      this.pack(fc1, narrow, rows);
      const token = this.tokenFactors(fc1, narrow, rows);
      this.show(fc1, signs, wide, rows, watch);
      const { outputs: n, inputs: k, weight: panels, alpha, bias } = fc1;
      this.kernels.xnorGemmSigns({
        a: signs,
        panels,
        signs: hiddenSigns,
        m: rows,
        n,
        k,
        alpha,
        token,
        bias,
        scratch,
      });
      this.multiplySigns(fc2, hiddenSigns, stream[0], rows, 0, add);
      return;
    }
    this.apply(fc1, narrow, wide, rows, { watch });
    this.kernels.gelu({ x: wide, y: wide, count: rows * fc1.outputs });
    this.apply(fc2, wide, stream[0], rows, add);
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

  /** to = residual + layer(from); `spare` is room for the layer's result, where it is not added in the store */
  private apply(layer: EngineLayer, from: Pointer, to: Pointer, rows: number, options: ApplyOptions = {}): void {
    const { inputs, outputs, weight, alpha, bias } = layer;
    const { residual = 0, spare = 0 } = options;
    const { scratch, signs } = this.places;
    if (layer.product === "float") {
      const target = residual ? spare : to;
      this.kernels.gemm({ a: from, b: weight, bias, c: target, batch: 1, m: rows, n: outputs, k: inputs, scratch });
      if (residual) this.kernels.add({ a: residual, b: spare, y: to, rows: 1, width: rows * outputs });
      return;
    }
    const token = this.tokenFactors(layer, from, rows);
    if (layer.product === "signs") {
      this.pack(layer, from, rows);
      this.multiplySigns(layer, signs, to, rows, token, options);
      return;
    }
    const sizes = { m: rows, n: outputs, k: inputs, scratch };
    this.kernels.floatBySigns({ f: from, signs: weight, y: to, alpha, token, bias, residual, ...sizes });
  }

  private multiplySigns(
    layer: EngineLayer,
    from: Pointer,
    to: Pointer,
    rows: number,
    token: Pointer,
    { residual = 0, watch }: ApplyOptions,
  ): void {
    const { inputs: k, outputs: n, weight: panels, alpha, bias } = layer;
    const { scratch } = this.places;
    this.show(layer, from, to, rows, watch);
    this.kernels.xnorGemm({
      a: from,
      panels,
      y: to,
      m: rows,
      n,
      k,
      stride: n,
      alpha,
      token,
      bias,
      residual,
      scratch,
    });
  }

  private pack(layer: EngineLayer, from: Pointer, rows: number): void {
    if (this.kernels.packSigns({ x: from, signs: this.places.signs, rows, k: layer.inputs }) === 0) return;
    throw new DataError(
      `${layer.name} was given what is not a number: the model overflows on these images. Check their normalization.`,
    );
  }

  private tokenFactors(layer: EngineLayer, from: Pointer, rows: number): Pointer {
    if (!layer.tokenScale) return 0;
    this.kernels.tokenScale({ x: from, token: this.places.token[0], rows, k: layer.inputs });
    return this.places.token[0];
  }

  /** Hands the integers of a product to who watches, by way of a place that is written next. */
  private show(
    { name, inputs, outputs, weight }: EngineLayer,
    signs: Pointer,
    by: Pointer,
    rows: number,
    watch?: Watch,
  ) {
    if (!watch) return;
    const sizes = { m: rows, n: outputs, k: inputs, stride: outputs, scratch: this.places.scratch };
    this.kernels.xnorGemm({ a: signs, panels: weight, y: by, ...sizes });
    watch(name, this.view(by, rows * outputs).slice());
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

interface ApplyOptions {
  readonly residual?: Pointer;
  readonly spare?: Pointer;
  readonly watch?: Watch;
}
