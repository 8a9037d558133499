import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { NotebookError } from "../../lib/base/errors";
import { decodeMessage, encodeMessage, newHeader } from "../../lib/notebook/messages";

const header = newHeader("execute_request", "session-1");
const frames = encodeMessage("secret", header, { code: "1 + 1" }).map((part) => Buffer.from(part));

test("a message survives the wire, with routing frames before it", () => {
  const message = decodeMessage("secret", [Buffer.from("router"), ...frames]);
  expect(message).toEqual({ header, parent: {}, content: { code: "1 + 1" } });
});

test("the signature is HMAC-SHA256 over header, parent, metadata and content", () => {
  const hash = createHmac("sha256", "secret");
  for (const part of frames.slice(2)) hash.update(part);
  expect(frames[1]!.toString()).toBe(hash.digest("hex"));
});

test("a wrong key, a changed message and missing frames are refused", () => {
  const changed = [...frames.slice(0, 5), Buffer.from('{"code":"2 + 2"}')];
  expect(() => decodeMessage("other", frames)).toThrow(/wrong signature/);
  expect(() => decodeMessage("secret", changed)).toThrow(/wrong signature/);
  expect(() => decodeMessage("secret", frames.slice(0, 4))).toThrow(NotebookError);
  expect(() => decodeMessage("secret", frames.slice(1))).toThrow(/expected <IDS\|MSG>/);
});
