import type { InferenceKernels } from "../kernels/module";
import type { Activations } from "./activations";
import type { PackedConfig } from "./packed-config";
import type { Weights } from "./weights";

/** What every part of the engine works with. */
export abstract class EnginePart {
  /** @param memory - has its final size: it must not grow any more */
  constructor(
    protected readonly config: PackedConfig,
    protected readonly kernels: InferenceKernels,
    protected readonly weights: Weights,
    protected readonly places: Activations,
    protected readonly memory: WebAssembly.Memory,
  ) {}
}

/** The same, to be handed on. */
export type EngineParts = ConstructorParameters<typeof EnginePart>;
