import { expNonPositive } from "./exp";
import { loadLanes, maxLanes, storeLanes, sumLanes } from "./lanes";
import { log } from "./log";

/**
 * Cross entropy of logits [rows, classes] against class indices, and its gradient, in one pass:
 * loss = −share Σ t · log softmax(z), dz = share (softmax(z) − t), t = (1 − ε) onehot + ε / classes.
 *
 *     logits, gradient   row 0 | row 1 | …      labels   one float a row      loss   one float, NaN if a label is none
 */
export function crossEntropy(
  logits: usize,
  labels: usize,
  gradient: usize,
  loss: usize,
  rows: i32,
  classes: i32,
  smoothing: f32,
  share: f32,
): void {
  const floor: f32 = smoothing / <f32>classes;
  const peak: f32 = 1 - smoothing;
  let total: f64 = 0;
  for (let row = 0; row < rows; row++) {
    let most = f32x4.splat(-f32.MAX_VALUE);
    let all = f32x4.splat(0);
    for (let i = 0; i < classes; i += 4) {
      const at = <usize>i << 2;
      most = f32x4.pmax(most, loadLanes(logits + at, classes - i, -f32.MAX_VALUE));
      all = f32x4.add(all, loadLanes(logits + at, classes - i, 0));
    }
    const largest = maxLanes(most);
    let sum = f32x4.splat(0);
    for (let i = 0; i < classes; i += 4) {
      const at = <usize>i << 2;
      const left = classes - i;
      const power = expNonPositive(f32x4.sub(loadLanes(logits + at, left, -f32.MAX_VALUE), f32x4.splat(largest)));
      sum = f32x4.add(sum, power);
      storeLanes(gradient + at, power, left);
    }
    const powers = sumLanes(sum);
    const factor = f32x4.splat(share / powers);
    const rest = f32x4.splat(share * floor);
    for (let i = 0; i < classes; i += 4) {
      const at = <usize>i << 2;
      const left = classes - i;
      storeLanes(gradient + at, f32x4.sub(f32x4.mul(loadLanes(gradient + at, left, 0), factor), rest), left);
    }
    const label = <i32>f32.load(labels);
    if (<u32>label >= <u32>classes) {
      f32.store(loss, f32.NaN);
      return;
    }
    const own = <usize>label << 2;
    f32.store(gradient + own, f32.load(gradient + own) - share * peak);
    // log softmax(z) = z − largest − log Σ e^(z − largest); the targets sum to 1.
    const norm: f64 = <f64>largest + log(<f64>powers);
    total += norm - <f64>peak * f32.load(logits + own) - <f64>floor * sumLanes(all);
    const bytes: usize = <usize>classes << 2;
    logits += bytes;
    gradient += bytes;
    labels += 4;
  }
  f32.store(loss, <f32>(total * share));
}
