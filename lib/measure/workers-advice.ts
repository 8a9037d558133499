/** What more workers must gain over fewer, or they are not worth it: less is within the scatter of measuring. */
const leastGain = 1.1;

/**
 * Which number of workers pays.
 *
 * @param images - images a second by number of workers; one of them is 1
 * @returns the least number that no larger one beats by a tenth or more
 */
export function fastestWorkers(images: Readonly<Record<number, number>>): number {
  const counts = Object.keys(images)
    .map(Number)
    .sort((a, b) => a - b);
  return counts.reduce((best, count) => (images[count] >= leastGain * images[best] ? count : best));
}

/**
 * What was found out about workers, in a sentence.
 *
 * @param rows - by model
 */
export function workersAdvice(
  rows: readonly { readonly model: string; readonly images: Readonly<Record<number, number>>; readonly best: number }[],
): string {
  const faster = rows.filter(({ best }) => best > 1);
  const others = rows.filter(({ best }) => best === 1).map(({ model }) => model);
  const parts = faster.map(({ model, images, best }) => {
    return `${model} trains ${(images[best] / images[1]).toFixed(1)} times as fast with \`--workers ${best}\``;
  });
  if (others.length > 0) parts.push(`one worker is best for ${others.join(" and ")}`);
  return `${parts.join("; ")}.`;
}
