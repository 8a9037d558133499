/** ‖w − αB‖², B = sign(w): a parabola in α. */
export const squaredError = (weights: readonly number[], alpha: number): number =>
  weights.reduce((sum, w) => sum + (w - (w < 0 ? -alpha : alpha)) ** 2, 0);

/** Where the parabola is lowest: mean |w|. */
export const bestScale = (weights: readonly number[]): number =>
  weights.reduce((sum, w) => sum + Math.abs(w), 0) / weights.length;
