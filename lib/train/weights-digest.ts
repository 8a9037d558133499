import { sha256Digest } from "../base/digest";
import type { ParameterArrays } from "../vit/parameters";

/**
 * SHA-256 over the values of all parameters, sorted by name: what a run's record calls `weightsSha256`. It works in a
 * page, too.
 *
 * @returns 64 hexadecimal digits
 */
export async function weightsDigest(parameters: ParameterArrays): Promise<string> {
  const values = Object.keys(parameters)
    .sort()
    .map((name) => parameters[name].data);
  return sha256Digest(await new Blob(values).arrayBuffer());
}
