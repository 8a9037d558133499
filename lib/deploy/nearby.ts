import { Random } from "../base/random";
import { largestDifference, logitTolerance } from "./logit-difference";

/** How far pixels are moved, of the largest: eight times the last bit of a float32. */
const relativeDistance = 2 ** -20;

/** A sign within rounding of its threshold turns over in every second of them. */
const tries = 32;

/**
 * Looks for an image that is all but the given one, and for which a simulation gives certain logits.
 *
 * Two correct programs that add the same floats in different orders differ by rounding, unless a value lies so near the
 * threshold of its sign that rounding decides it; then all that follows differs. What one of them gives is right if it is
 * what the other gives for nearly the same image (the backward error is small). A fault is not explained so.
 *
 * @param image - pixels
 * @param logits - what an engine gave for it
 * @param simulate - logits of one image
 * @returns the largest difference of the logits for such an image, whose pixels are moved by at most 2⁻²⁰ of the
 * largest; nothing if none was found
 */
export function differenceNearby(
  image: Float32Array,
  logits: Float32Array,
  simulate: (image: Float32Array) => Float32Array,
): number | undefined {
  const random = new Random(1);
  const distance = relativeDistance * image.reduce((largest, pixel) => Math.max(largest, Math.abs(pixel)), 0);
  for (let i = 0; i < tries; i++) {
    const moved = image.map((pixel) => pixel + (2 * random.uniform() - 1) * distance);
    const difference = largestDifference(logits, simulate(moved));
    if (difference <= logitTolerance) return difference;
  }
  return undefined;
}
