import type * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import type { KernelName } from "./run-kernel";
import { expectNumbers, expectSize, last, productSizes, size, type Work } from "./work";

/** What each float kernel of attention does with its tensors. */
export const attentionWorks = {
  BinvitAttendScores(module, space, { scores, values }) {
    const sizes = productSizes("attention of scores", scores, values, {});
    const { leading, batch: matrices, m: queries, k: tokens, n: dim } = sizes;
    const context = space.make([...leading, queries, dim]);
    const probs = space.make(scores.shape);
    module.attendScores({
      scores: space.at(scores),
      values: space.at(values),
      context: space.at(context),
      probs: space.at(probs),
      ...{ matrices, queries, tokens, dim },
      scratch: space.scratch(module.attendScoresScratch({ queries, tokens, dim })),
    });
    return [context, probs];
  },

  BinvitAttention(module, space, { qkv }, { heads, queries }) {
    const { batch, tokens, width } = attentionShape(qkv, heads);
    if (!(queries >= 1 && queries <= tokens)) {
      throw new TrainingError(`attention: ${queries} queries of ${tokens} tokens; expected 1 to ${tokens}.`);
    }
    const out = space.make([batch, queries, width]);
    const probs = space.make([batch, heads, queries, tokens]);
    const scratch = space.scratch(module.attentionScratch({ tokens, width, heads }));
    module.attention({
      qkv: space.at(qkv),
      out: space.at(out),
      probs: space.at(probs),
      batch,
      tokens,
      width,
      heads,
      queries,
      scratch,
    });
    return [out, probs];
  },

  BinvitAttentionGrad(module, space, { dout, qkv, probs }, { heads }) {
    const { batch, tokens, width } = attentionShape(qkv, heads);
    const queries = probs.shape[2];
    expectSize(dout, batch * queries * width, "attention gradient, dout");
    expectSize(probs, batch * heads * queries * tokens, "attention gradient, probabilities");
    const dqkv = space.make(qkv.shape);
    const scratch = space.scratch(module.attentionScratch({ tokens, width, heads }));
    module.attentionGrad({
      dout: space.at(dout),
      qkv: space.at(qkv),
      probs: space.at(probs),
      dqkv: space.at(dqkv),
      batch,
      tokens,
      width,
      heads,
      queries,
      scratch,
    });
    return [dqkv];
  },

  BinvitKeepAbove(module, space, { p, thresholds }) {
    const [heads, queries, tokens] = p.shape.slice(-3);
    if (p.shape.length < 3 || (size(thresholds) !== 1 && size(thresholds) !== heads)) {
      throw new TrainingError(
        `keepAbove: [${thresholds.shape}] thresholds do not fit [${p.shape}]: expected one, or one for each head of [..., H, M, N].`,
      );
    }
    const [bits, means] = [space.make(p.shape), space.make([...p.shape.slice(0, -1), 1])];
    const own = size(thresholds); // with one for all, every matrix is a head of its own image
    const odd = module.keepAbove({
      p: space.at(p),
      thresholds: space.at(thresholds),
      bits: space.at(bits),
      means: space.at(means),
      batch: size(p) / (own * queries * tokens),
      heads: own,
      queries,
      tokens,
    });
    expectNumbers(odd, "attention in bits");
    return [bits, means];
  },

  BinvitSoftmax(module, space, { x }, { scale }) {
    const [y, width] = [space.make(x.shape), last(x)];
    const rows = size(x) / width;
    const scratch = space.scratch(4 * rows);
    module.softmax({ x: space.at(x), y: space.at(y), rows, width, scale, scratch });
    return [y];
  },

  BinvitSoftmaxGrad(module, space, { dy, p }, { scale }) {
    expectSize(dy, size(p), "softmax gradient");
    const [dx, width] = [space.make(p.shape), last(p)];
    module.softmaxGrad({
      dy: space.at(dy),
      p: space.at(p),
      dx: space.at(dx),
      rows: size(p) / width,
      width,
      scale,
    });
    return [dx];
  },
} satisfies Partial<Record<KernelName, Work>>;

function attentionShape(qkv: tf.TensorInfo, heads: number): { batch: number; tokens: number; width: number } {
  const [batch, tokens, joint] = qkv.shape;
  if (qkv.shape.length !== 3 || joint % (3 * heads) !== 0) {
    throw new TrainingError(`attention: [${qkv.shape}] cannot be split into q, k, v of ${heads} heads.`);
  }
  return { batch, tokens, width: joint / 3 };
}
