import { createHash } from "node:crypto";
import type { DatasetContent } from "./dataset";

/** SHA-256 over pixels and labels of training, validation and test, in this order. */
export async function contentSha256({ train, validation, test }: DatasetContent): Promise<string> {
  const hash = createHash("sha256");
  for (const split of [train, validation, test]) hash.update(split.pixels).update(split.labels);
  return hash.digest("hex");
}
