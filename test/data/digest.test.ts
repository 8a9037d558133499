import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { sha256Digest } from "../../lib/base/digest";
import { kitRoot } from "../../lib/base/kit-root";
import { parseDigits } from "../../lib/data/digits-file";
import { decodePackedModel } from "../../lib/engine";

afterEach(() => vi.unstubAllGlobals());

test("a digest is SHA-256, as hexadecimal digits", async () => {
  // FIPS 180-2, example B.1.
  expect(await sha256Digest(new TextEncoder().encode("abc"))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

// A page over plain http from another machine has `crypto`, but not its `subtle`.
test("where a page may not hash, whatever is loaded there says what to do", async () => {
  const model = readFileSync(join(kitRoot(), "data", "models", "cifar10-1-bit.safetensors"));
  vi.stubGlobal("crypto", {});
  const advice = /cannot be checked on this page\. Serve it over https, or from localhost\.$/;
  await expect(parseDigits(new Uint8Array([1]))).rejects.toThrow(advice);
  await expect(decodePackedModel(model)).rejects.toThrow(advice);
});
