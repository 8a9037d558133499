import { DataError } from "../base/errors";
import type { Pointer } from "../kernels/module";
import { EnginePart } from "./engine-part";
import type { Watch } from "./watch";
import type { EngineLayer } from "./weights";

/** What else there is to a layer than its input and result. */
export interface ApplyOptions {
  readonly residual?: Pointer;
  readonly spare?: Pointer;
  readonly watch?: Watch;
  /** How many rows belong to one image. */
  readonly perImage?: number;
}

/** The layers with a weight matrix and what is between two of them, each step a kernel: y = ((a(x) · S) · α) · β + bias. */
export class LayerProducts extends EnginePart {
  private readonly floats = new Float32Array(this.memory.buffer);

  /** to = residual + layer(from); `spare` is room for the layer's result, where it is not added in the store */
  apply(layer: EngineLayer, from: Pointer, to: Pointer, rows: number, options: ApplyOptions = {}): void {
    const { inputs, outputs, weight, alpha, bias } = layer;
    const { residual = 0, spare = 0, perImage = 1 } = options;
    const { scratch, signs } = this.places;
    if (layer.product === "float") {
      const target = residual ? spare : to;
      this.kernels.gemm({ a: from, b: weight, bias, c: target, batch: 1, m: rows, n: outputs, k: inputs, scratch });
      if (residual) this.kernels.add({ a: residual, b: spare, y: to, rows: 1, width: rows * outputs });
      return;
    }
    const token = this.tokenFactors(layer, from, rows, perImage);
    if (layer.product === "signs") {
      this.pack(layer, from, rows);
      this.multiplySigns(layer, signs, to, rows, token, options);
      return;
    }
    const sizes = { m: rows, n: outputs, k: inputs, scratch };
    this.kernels.floatBySigns({ f: from, signs: weight, y: to, alpha, token, bias, residual, ...sizes });
  }

  /** The same of signs that are packed already. */
  multiplySigns(
    layer: EngineLayer,
    from: Pointer,
    to: Pointer,
    rows: number,
    token: Pointer,
    { residual = 0, watch }: ApplyOptions,
  ): void {
    const { inputs: k, outputs: n, weight: panels, alpha, bias } = layer;
    const { scratch } = this.places;
    this.show(layer, from, to, rows, watch);
    this.kernels.xnorGemm({
      a: from,
      panels,
      y: to,
      m: rows,
      n,
      k,
      stride: n,
      alpha,
      token,
      bias,
      residual,
      scratch,
    });
  }

  /** Signs of the inputs → `signs`. */
  pack(layer: EngineLayer, from: Pointer, rows: number): void {
    const { threshold: thresholds, inputs: k } = layer;
    if (this.kernels.packSigns({ x: from, signs: this.places.signs, rows, k, thresholds }) === 0) return;
    throw new DataError(
      `${layer.name} was given what is not a number: the model overflows on these images. Check their normalization.`,
    );
  }

  /** β of each row; 0 where it is 1. `perImage` rows of each image are there, the first ones. */
  tokenFactors(layer: EngineLayer, from: Pointer, rows: number, perImage: number): Pointer {
    const [token] = this.places.token;
    if (layer.factor === "none") return 0;
    if (layer.factor === "token") this.kernels.tokenScale({ x: from, token, rows, k: layer.inputs });
    else {
      const [to, positions] = [token / 4, this.weights.pointers.get(`${layer.name}.position`)! / 4];
      for (let row = 0; row < rows; row += perImage) {
        this.floats.copyWithin(to + row, positions, positions + perImage);
      }
    }
    return token;
  }

  /** What hidden units [rows, width] go through, in place. */
  activate(name: string, x: Pointer, rows: number, width: number): void {
    const { activation } = this.config;
    if (activation === "gelu") {
      this.kernels.gelu({ x, y: x, count: rows * width });
      return;
    }
    const own = (what: string) =>
      activation === "relu" ? this.places.zeros : this.weights.pointers.get(`${name}.${what}`)!;
    this.kernels.knee({ x, knee: own("knee"), slope: own("slope"), offset: own("offset"), y: x, rows, width });
  }

  /** Hands the integers of a product to who watches, by way of a place that is written next. */
  show({ name, inputs, outputs, weight }: EngineLayer, signs: Pointer, by: Pointer, rows: number, watch?: Watch) {
    if (!watch) return;
    const sizes = { m: rows, n: outputs, k: inputs, stride: outputs, scratch: this.places.scratch };
    this.kernels.xnorGemm({ a: signs, panels: weight, y: by, ...sizes });
    watch(name, new Float32Array(this.memory.buffer, by, rows * outputs).slice());
  }
}
