import { isKernelScale, isKernelSte, type ScaleForm, type SteForm } from "../backend/kernel-codes";
import type { Binarizer } from "./binarizer";

/** A binarizer of forms that all have their kernels. */
export interface KernelBinarizer extends Binarizer {
  readonly scale: ScaleForm;
  readonly weightSte: SteForm;
  readonly activationSte: SteForm;
}

/** @returns whether the fused kernels can take it; a layer of any other is put together from plain operations */
export const isKernelBinarizer = (binarizer: Binarizer): binarizer is KernelBinarizer =>
  isKernelScale(binarizer.scale) && isKernelSte(binarizer.weightSte) && isKernelSte(binarizer.activationSte);
