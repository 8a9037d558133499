import { FileError } from "./errors";

/**
 * SHA-256 of some bytes, where Node's own hashes are not: in a page, too.
 *
 * @param content - what is hashed
 * @param what - its name in the error, such as `data/digits.bin`
 * @returns 64 hexadecimal digits
 * @throws FileError where there is no Web Crypto: pages over plain http from another machine have none
 */
export async function sha256Digest(content: BufferSource, what = "What this page loads"): Promise<string> {
  if (!globalThis.crypto?.subtle) {
    throw new FileError(`${what} cannot be checked on this page. Serve it over https, or from localhost.`);
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
