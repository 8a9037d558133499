/** What of a notebook names its kernel. */
interface KernelNamed {
  readonly rest?: { readonly metadata: Readonly<Record<string, unknown>> };
}

/**
 * The kernel a notebook was written for, if this kit cannot run it.
 *
 * @returns its name as Jupyter shows it, e.g. `Python 3 (ipykernel)`; undefined for TypeScript, and for a notebook that
 *   names no kernel
 */
export function foreignKernel({ rest }: KernelNamed): string | undefined {
  const { kernelspec, language_info } = (rest?.metadata ?? {}) as Record<string, Record<string, unknown> | undefined>;
  if (kernelspec?.name === "tslab") return undefined;
  const language = kernelspec?.language ?? language_info?.name;
  const known = [kernelspec?.display_name, kernelspec?.name, language].find((name) => typeof name === "string");
  return String(language).toLowerCase() === "typescript" ? undefined : (known as string | undefined);
}
