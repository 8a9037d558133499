/**
 * SHA-256 of some bytes, where Node's own hashes are not: in a page, too.
 *
 * @returns 64 hexadecimal digits
 */
export async function sha256Digest(content: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
