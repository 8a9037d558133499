/**
 * Linear warm-up, then a cosine down to zero.
 *
 * η(t) = peak · (t + 1) / w for t < w, else peak · (1 + cos(π (t − w) / (T − w))) / 2
 *
 * @param step - t, from 0
 * @param totalSteps - T
 * @param warmupSteps - w; may be 0, or a fraction
 * @param peak - the largest rate
 * @returns the rate of step t
 *
 * Reference: Loshchilov and Hutter, *SGDR*, 2017, eq. 5; warm-up: Goyal et al., 2017, section 2.2.
 */
export function learningRateAt(step: number, totalSteps: number, warmupSteps: number, peak: number): number {
  if (step < warmupSteps) return peak * Math.min(1, (step + 1) / warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * progress))) / 2;
}
