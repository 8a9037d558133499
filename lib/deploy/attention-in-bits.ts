import { DataError } from "../base/errors";
import type { Pointer } from "../kernels/module";
import { numTokens } from "../vit/config";
import { EnginePart } from "./engine-part";
import type { Watch } from "./watch";

/** Attention of a packed model whose scores, values or both are products of signs. */
export class AttentionInBits extends EnginePart {
  /**
   * @param block - e.g. `blocks.0`
   * @param qkv - of all tokens of the batch; shape [batch, N, 3D]
   * @param context - gets the first `queries` tokens of each image; shape [batch, queries, D]
   * @param watch - gets the integers of the scores, then those of each level of the values; only where all tokens ask
   */
  run(block: string, qkv: Pointer, context: Pointer, batch: number, queries: number, watch?: Watch): void {
    const { embedDim: width, numHeads: heads, scores, values } = this.config;
    const { scratch, sums } = this.places;
    const tokens = numTokens(this.config);
    const [ofScores, ofValues] = [`${block}.attention.scores`, `${block}.attention.values`];
    const levels = values === "float" ? 0 : values.levels;
    const [scoreFloats, contextFloats] = [heads * tokens * tokens, levels * tokens * width];
    const binaryScores = scores !== "float";
    const tokenFactors = binaryScores && scores.factor === "token";
    for (let image = 0; image < batch; image++) {
      const odd = this.kernels.attentionBits({
        qkv: qkv + 12 * image * tokens * width,
        out: context + 4 * image * queries * width,
        tokens,
        width,
        heads,
        queries,
        scale: binaryScores ? this.number(`${ofScores}.scale`) : attentionScale(width / heads),
        binaryScores,
        queryThreshold: this.at(`${ofScores}.query.threshold`),
        keyThreshold: this.at(`${ofScores}.key.threshold`),
        queryFactors: tokenFactors,
        keyFactors: tokenFactors,
        table: this.at(`${ofScores}.correction`),
        scoreSums: watch && binaryScores ? sums!.scores + 4 * image * scoreFloats : 0,
        levels,
        valueThreshold: this.at(`${ofValues}.value.threshold`),
        keepThreshold: this.at(`${ofValues}.probabilities.threshold`),
        keepShare: this.at(`${ofValues}.probabilities.share`),
        alpha: this.at(`${ofValues}.probabilities.alpha`),
        gamma: this.at(`${ofValues}.value.scale`),
        contextSums: watch && levels > 0 ? sums!.context + 4 * image * contextFloats : 0,
        scratch,
      });
      if (odd === 0) continue;
      throw new DataError(
        `${block}.attention was given what is not a number: the model overflows on these images. Check their normalization.`,
      );
    }
    if (watch) this.show(ofScores, ofValues, batch, watch);
  }

  private show(ofScores: string, ofValues: string, batch: number, watch: Watch): void {
    const { embedDim, numHeads, scores, values } = this.config;
    const tokens = numTokens(this.config);
    const floats = (at: Pointer, count: number) => new Float32Array(this.memory.buffer, at, count);
    if (scores !== "float") watch(ofScores, floats(this.places.sums!.scores, batch * numHeads * tokens ** 2).slice());
    if (values === "float") return;
    const size = tokens * embedDim; // of one level of one image
    const all = floats(this.places.sums!.context, batch * values.levels * size);
    for (let level = 0; level < values.levels; level++) {
      const sums = new Float32Array(batch * size);
      for (let image = 0; image < batch; image++) {
        const from = (image * values.levels + level) * size;
        sums.set(all.subarray(from, from + size), image * size);
      }
      watch(ofValues, sums);
    }
  }

  private at = (name: string): Pointer => this.weights.pointers.get(name) ?? 0;

  private number = (name: string): number => new Float32Array(this.memory.buffer, this.at(name), 1)[0];
}

/** 1/√d as the attention kernel rounds it. */
const attentionScale = (headDim: number): number => Math.fround(1 / Math.fround(Math.sqrt(headDim)));
