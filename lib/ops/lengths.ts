import type * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";

/** How long axes are, by their letters. */
export type Lengths = Readonly<Record<string, number>>;

/**
 * The lengths of a tensor's axes, where it has those that an operation takes: kernels read memory by what shapes say.
 *
 * @param what - as a message begins, e.g. `patchify: images`
 * @param tensor - what was given
 * @param axes - a letter an axis, e.g. `B S S c`; equal letters are equally long, `...` at the start is any axes
 * @param known - letters whose lengths are known
 * @returns those and the tensor's
 * @throws TrainingError if it has other axes, or one of no length
 */
export function lengthsOf(what: string, tensor: tf.Tensor, axes: string, known: Lengths = {}): Lengths {
  const letters = axes.split(" ");
  const leading = letters[0] === "..." ? tensor.rank - (letters.length - 1) : 0;
  const named = letters[0] === "..." ? letters.slice(1) : letters;
  const lengths: Record<string, number> = { ...known };
  const fits =
    leading >= 0 &&
    tensor.rank === leading + named.length &&
    tensor.size > 0 &&
    named.every((letter, axis) => {
      const length = tensor.shape[leading + axis];
      lengths[letter] ??= length;
      return lengths[letter] === length;
    });
  if (fits) return lengths;
  const told = named.filter((letter, i) => known[letter] !== undefined && named.indexOf(letter) === i);
  const details = told.map((letter) => `${letter} = ${known[letter]}`);
  if (tensor.size === 0) details.push("no axis empty");
  const expected = [`[${letters.join(", ")}]`, ...details].join(", ");
  throw new TrainingError(`${what}: shape [${tensor.shape}], expected ${expected}.`);
}
