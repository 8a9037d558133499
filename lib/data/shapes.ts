import { Random } from "../base/random";
import type { DatasetContent } from "./assemble";
import { catalog } from "./catalog";
import type { Split } from "./dataset";
import { drawShape, shapeImageSize, shapeNames } from "./shape-drawing";

/** The checksum of the whole data set, so that a change of the drawing, or a machine that draws otherwise, is seen. */
export const shapesSha256 = "ab227deaa7f2838d37c426310202a08d8f5fc0e4a2943cfa1fc535f1e1e407ee";

const generatorSeed = 20230109;

/** Draws `count` images, the classes in turn; every split has a stream of its own. */
function drawSplit(count: number, stream: number): Split {
  const random = new Random(generatorSeed, stream);
  const imageBytes = 3 * shapeImageSize ** 2;
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % shapeNames.length;
    drawShape(labels[i], random, pixels, i * imageBytes);
  }
  return { pixels, labels, count };
}

/**
 * Generates `shapes`: 32×32 colour images of figures and patterns in ten classes, the same bytes on every machine.
 *
 * @returns the three splits, 8,000 / 1,000 / 1,000 images
 */
export function generateShapes(): DatasetContent {
  const { train, validation, test } = catalog.shapes;
  return { train: drawSplit(train, 0), validation: drawSplit(validation, 1), test: drawSplit(test, 2) };
}
