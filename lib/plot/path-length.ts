/**
 * Length of an SVG path of straight lines; the arrows of Plotly's annotations are such paths.
 *
 * @param d - path data of absolute `M` and `L` commands
 * @returns its length in user units
 */
export function pathLength(d: string): number {
  return segments(d).reduce((sum, segment) => sum + segment.length, 0);
}

/**
 * Where one is after walking along a path of straight lines.
 *
 * @param d - path data of absolute `M` and `L` commands
 * @param distance - how far from its start, user units
 * @returns the point; the last one if the path is shorter
 */
export function pointAtLength(d: string, distance: number): { x: number; y: number } {
  let left = Math.max(0, distance);
  const all = segments(d);
  for (const { from, to, length } of all) {
    if (left <= length && length > 0) {
      const share = left / length;
      return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
    }
    left -= length;
  }
  return all.at(-1)?.to ?? pointsOf(d)[0];
}

const pointsOf = (d: string): { x: number; y: number }[] =>
  [...d.matchAll(/[ML]\s*(-?[\d.e-]+)[\s,]+(-?[\d.e-]+)/g)].map(([, x, y]) => ({ x: Number(x), y: Number(y) }));

const segments = (d: string) =>
  pointsOf(d)
    .slice(1)
    .map((to, i) => {
      const from = pointsOf(d)[i];
      return { from, to, length: Math.hypot(to.x - from.x, to.y - from.y) };
    });
