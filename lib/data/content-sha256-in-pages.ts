import { sha256Digest } from "../base/digest";
import type { DatasetContent } from "./dataset";

/** SHA-256 over pixels and labels of training, validation and test, in this order. */
export const contentSha256 = async ({ train, validation, test }: DatasetContent): Promise<string> =>
  sha256Digest(
    await new Blob([train, validation, test].flatMap(({ pixels, labels }) => [pixels, labels])).arrayBuffer(),
  );
