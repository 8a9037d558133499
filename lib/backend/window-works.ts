import { TrainingError } from "../base/errors";
import type { KernelName } from "./run-kernel";
import { expectSize, type Work } from "./work";

/** What each kernel of convolutions does with its tensors. */
export const windowWorks = {
  BinvitUnfold(module, space, { images }, { kernel, stride, padding }) {
    const [batch, size, width, channels] = images.shape;
    if (images.shape.length !== 4 || size !== width) {
      throw new TrainingError(`unfold: images of shape [${images.shape}], expected [B, S, S, c].`);
    }
    const out = windowsAcross(size, kernel, stride, padding);
    const rows = space.make([batch * out * out, kernel * kernel * channels]);
    // A pixel that is not finite goes on into the product, where the loss or the next sign notices it.
    module.unfold({ images: space.at(images), rows: space.at(rows), batch, size, channels, kernel, stride, padding });
    return [rows];
  },

  BinvitFold(module, space, { rows }, { batch, size, channels, kernel, stride, padding }) {
    const out = windowsAcross(size, kernel, stride, padding);
    expectSize(rows, batch * out * out * kernel * kernel * channels, "fold");
    const images = space.make([batch, size, size, channels]);
    module.fold({ rows: space.at(rows), images: space.at(images), batch, size, channels, kernel, stride, padding });
    return [images];
  },
} satisfies Partial<Record<KernelName, Work>>;

function windowsAcross(size: number, kernel: number, stride: number, padding: number): number {
  const whole = [kernel, stride, padding].every(Number.isSafeInteger) && kernel > 0 && stride > 0 && padding >= 0;
  if (whole && size + 2 * padding >= kernel) return Math.floor((size + 2 * padding - kernel) / stride) + 1;
  throw new TrainingError(
    `Windows of ${kernel} pixels, ${stride} apart, padding ${padding}, do not fit an image of ${size}.`,
  );
}
