/** What is used of onnxruntime-node; its own types are there only where it is installed. */
interface OnnxRuntime {
  readonly env?: { readonly versions?: Readonly<Record<string, string>> };
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => object;
}

interface OnnxSession {
  run(inputs: Readonly<Record<string, object>>): Promise<Readonly<Record<string, { readonly data: Float32Array }>>>;
  release(): Promise<void>;
}

/** A model in onnxruntime: one input, one output. */
export interface OnnxModel {
  /** @returns the output's values, row-major */
  run(): Promise<Float32Array>;
  release(): Promise<void>;
}

/** Loads a model and binds its input; the same values go in at every run. */
export type OnnxLoader = (
  model: Uint8Array,
  input: { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array },
  output: string,
) => Promise<OnnxModel>;

/**
 * onnxruntime at its best on one thread: every optimization, sequential execution.
 *
 * @param load - `require`
 * @returns what loads a model, or why there is none and what to do
 */
export function onnxRuntime(
  load: (name: string) => unknown,
): { readonly open: OnnxLoader; readonly version: string } | { readonly missing: string } {
  let runtime: OnnxRuntime;
  try {
    runtime = load("onnxruntime-node") as OnnxRuntime;
  } catch (error) {
    const [firstLine] = `${(error as Error).message}`.split("\n");
    const missing = `onnxruntime-node does not load (${firstLine}). It is an optional dependency: run \`npm ci\` again.`;
    return { missing };
  }
  const open: OnnxLoader = async (model, { name, shape, data }, output) => {
    const session = await runtime.InferenceSession.create(model, sessionOptions);
    const inputs = { [name]: new runtime.Tensor("float32", data, shape) };
    return { run: async () => (await session.run(inputs))[output].data, release: () => session.release() };
  };
  return { open, version: runtime.env?.versions?.node ?? "unknown" };
}

const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  graphOptimizationLevel: "all",
  logSeverityLevel: 3, // errors
};
