import { DataError } from "../base/errors";
import type { Pointer } from "../kernels/module";
import { numPatches } from "../vit/config";
import type { Window } from "../vit/linears";
import { EnginePart, type EngineParts } from "./engine-part";
import type { LayerProducts } from "./layer-products";
import { packedLinears } from "./packed-config";
import type { Watch } from "./watch";
import type { EngineLayer } from "./weights";

/** Images → stream[0]: the convolutions that make tokens of pixels, class token and positions. */
export class Embedding extends EnginePart {
  /** Patch embedding, or the two convolutions of a stem. */
  private readonly convolutions: readonly {
    readonly layer: EngineLayer;
    readonly window: Window;
    readonly rows: number;
  }[];

  constructor(
    private readonly layers: LayerProducts,
    ...parts: EngineParts
  ) {
    super(...parts);
    this.convolutions = packedLinears(this.config).flatMap(({ name, window, tokens: rows }) =>
      window ? [{ layer: this.weights.layers.get(name)!, window, rows }] : [],
    );
  }

  /** @param images - shape [batch, S, S, c] */
  run(images: Float32Array, batch: number, watch?: Watch): void {
    const { wide, narrow } = this.places;
    new Float32Array(this.memory.buffer, this.places.images, images.length).set(images);
    for (const [i, { layer, window, rows }] of this.convolutions.entries()) {
      if (i > 0) this.layers.activate("stem.activation", narrow, batch * window.size ** 2, window.channels);
      this.unfold(i === 0 ? this.places.images : narrow, window, batch);
      this.layers.apply(layer, wide, narrow, batch * rows, { watch, perImage: rows });
    }
    this.addPositions(batch);
  }

  /** Windows → rows of `wide`. */
  private unfold(from: Pointer, { size, channels, kernel, stride, padding }: Window, batch: number): void {
    const { wide, images } = this.places;
    const odd =
      this.config.stem === "patch"
        ? this.kernels.patchify({ images: from, patches: wide, batch, size, patch: kernel, channels })
        : this.kernels.unfold({ images: from, rows: wide, batch, size, channels, kernel, stride, padding });
    if (odd === 0) return;
    throw new DataError(
      from === images
        ? "An image holds a pixel that is not a finite number. Check how it was normalized."
        : "The stem made what is not a finite number: the model overflows on these images. Check their normalization.",
    );
  }

  /** `narrow`, the patches → stream[0], the tokens. */
  private addPositions(batch: number): void {
    const { embedDim, pooling } = this.config;
    const [patches, extra] = [numPatches(this.config) * embedDim, pooling === "class-token" ? embedDim : 0]; // floats
    const at = (name: string) => this.weights.pointers.get(name)!;
    const position = at("positionEmbedding");
    for (let image = 0; image < batch; image++) {
      const to = this.places.stream[0] + 4 * image * (extra + patches);
      if (extra) this.kernels.add({ a: at("classToken"), b: position, y: to, rows: 1, width: extra });
      const from = this.places.narrow + 4 * image * patches;
      this.kernels.add({ a: from, b: position + 4 * extra, y: to + 4 * extra, rows: 1, width: patches });
    }
  }
}
