import * as tf from "@tensorflow/tfjs";
import { toTensors } from "../../vit/parameters";
import type { Prepared, Teacher } from "./term";

/**
 * Keeps a teacher's weights in the backend.
 *
 * @param teacher - a finished run; it sees the images as the student does
 * @param targets - what is to be learned from it, computed with its parameters for each batch
 */
export function prepareTeacher<Targets>(
  { model, parameters }: Teacher,
  targets: (model: Teacher["model"], parameters: Record<string, tf.Tensor>, images: tf.Tensor) => Targets,
): Prepared<Targets> {
  const tensors = toTensors(parameters);
  return { targets: (images) => targets(model, tensors, images), dispose: () => tf.dispose(tensors) };
}
