import type * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import type { KernelName } from "./run-kernel";
import { expectSize, size, type Work } from "./work";

/** What each kernel that moves numbers does with its tensors. */
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

  BinvitSwapAxes(module, space, { x }) {
    const [outer, rows, columns, width] = x.shape;
    if (x.shape.length !== 4) throw new TrainingError(`swapAxes: shape [${x.shape}], expected four axes.`);
    const y = space.make([outer, columns, rows, width]);
    module.swapAxes({ x: space.at(x), y: space.at(y), outer, rows, columns, width });
    return [y];
  },

  BinvitTokenShift(module, space, { x, scale, offset }, { rows, columns, distance }) {
    const grid = tokenGrid(x, rows, columns, distance);
    for (const row of [scale, offset]) expectSize(row, 3 * grid.width, "token shift");
    const y = space.make(x.shape);
    module.tokenShift({
      x: space.at(x),
      scale: space.at(scale),
      offset: space.at(offset),
      y: space.at(y),
      ...grid,
      scratch: space.scratch(4 * grid.width),
    });
    return [y];
  },

  BinvitTokenShiftScaleGrad(module, space, { dy, x }, { rows, columns, distance }) {
    const grid = tokenGrid(x, rows, columns, distance);
    expectSize(dy, size(x), "token shift gradient");
    const dscale = space.make([3, grid.width]);
    module.tokenShiftScaleGrad({
      dy: space.at(dy),
      x: space.at(x),
      dscale: space.at(dscale),
      ...grid,
      scratch: space.scratch(4 * grid.width),
    });
    return [dscale];
  },
} satisfies Partial<Record<KernelName, Work>>;

function tokenGrid({ shape }: tf.TensorInfo, rows: number, columns: number, distance: number) {
  const [batch, tokens, width] = shape;
  const whole = [rows, columns, distance].every(Number.isSafeInteger) && rows >= 0 && columns >= 0;
  const empty = rows * columns === 0;
  if (
    shape.length === 3 &&
    whole &&
    rows * columns <= tokens &&
    (empty || Math.abs(distance) < Math.min(rows, columns))
  )
    return { batch, tokens, rows, columns, width, distance };
  throw new TrainingError(
    `token shift by ${distance}: shape [${shape}], expected [B, N, D] with a grid of ${rows} × ${columns} in N.`,
  );
}

function windowsAcross(size: number, kernel: number, stride: number, padding: number): number {
  const whole = [kernel, stride, padding].every(Number.isSafeInteger) && kernel > 0 && stride > 0 && padding >= 0;
  if (whole && size + 2 * padding >= kernel) return Math.floor((size + 2 * padding - kernel) / stride) + 1;
  throw new TrainingError(
    `Windows of ${kernel} pixels, ${stride} apart, padding ${padding}, do not fit an image of ${size}.`,
  );
}
