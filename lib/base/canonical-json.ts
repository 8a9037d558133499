import { createHash } from "node:crypto";

/** JSON with sorted keys, so that the order in which a file was written does not matter. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** @returns 64 hexadecimal digits */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
