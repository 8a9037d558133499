import type { TensorInfo } from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import type { Pointer } from "../kernels/module";

/** What is used of TensorFlow.js's WebAssembly backend; its own type hides the memory. */
export interface WasmBackend {
  readonly wasm: { readonly asm: { readonly memory: WebAssembly.Memory } };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: Pointer } };
  makeOutput(shape: readonly number[], dtype: "float32"): TensorInfo;
  disposeData(dataId: object): boolean;
  /** One more handle on the same values. */
  incRef(dataId: object): void;
}

/**
 * The tensors of one kernel call, as addresses.
 *
 * Only addresses are handed out, never views: a view dies when a later allocation makes the memory grow, an address
 * does not.
 */
export class Workspace {
  private readonly made: TensorInfo[] = [];
  private readonly lent: TensorInfo[] = [];

  constructor(private readonly backend: WasmBackend) {}

  /** @returns a new tensor, to be one of the kernel's results; its values are whatever lay there */
  make(shape: readonly number[]): TensorInfo {
    const tensor = this.backend.makeOutput(shape, "float32");
    this.made.push(tensor);
    return tensor;
  }

  /**
   * @returns where a tensor's values are; the null pointer for one that is left out
   * @throws TrainingError if they are not float32
   */
  at(tensor: TensorInfo | undefined): Pointer {
    if (!tensor) return 0;
    if (tensor.dtype !== "float32") {
      throw new TrainingError(`A float32 tensor was expected, but this one is ${tensor.dtype}: cast it first.`);
    }
    return this.backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** @returns memory for the duration of the call */
  scratch(bytes: number): Pointer {
    const tensor = this.backend.makeOutput([Math.ceil(bytes / 4)], "float32");
    this.lent.push(tensor);
    return this.at(tensor);
  }

  /** Gives back the scratch, and after a failure the results too. */
  release(failed: boolean): void {
    for (const { dataId } of this.lent) this.backend.disposeData(dataId);
    if (failed) for (const { dataId } of this.made) this.backend.disposeData(dataId);
  }
}
