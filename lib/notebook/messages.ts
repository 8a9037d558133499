import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { NotebookError } from "../base/errors";

/** Separates routing frames from the message; fixed by the protocol. */
const delimiter = "<IDS|MSG>";

/** What a message is and which one it answers. */
export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** One message of the Jupyter protocol, signature checked. */
export interface KernelMessage {
  readonly header: MessageHeader;
  /** Header of the request this answers; empty when it answers none. */
  readonly parent: Partial<MessageHeader>;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * A header for a new request.
 *
 * @param type - message type, e.g. `execute_request`
 * @param session - identifier of the client, the same for all its requests
 */
export function newHeader(type: string, session: string): MessageHeader {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "binvit",
    date: new Date().toISOString(),
    version: "5.3",
  };
}

/**
 * Turns a request into signed frames.
 *
 * signature = HMAC-SHA256(key, header ‖ parent ‖ metadata ‖ content), in hexadecimal
 *
 * @param key - the connection file's key
 * @param header - from {@link newHeader}
 * @param content - what the message type asks for
 * @returns the frames to send: delimiter, signature, header, parent, metadata, content
 */
export function encodeMessage(key: string, header: MessageHeader, content: object): string[] {
  const body = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return [delimiter, sign(key, body), ...body];
}

/**
 * Reads frames that came from a kernel.
 *
 * @param key - the connection file's key
 * @param frames - routing frames, delimiter, signature, header, parent, metadata, content
 * @throws NotebookError when frames are missing or the signature does not fit
 */
export function decodeMessage(key: string, frames: readonly Buffer[]): KernelMessage {
  const start = frames.findIndex((frame) => frame.toString() === delimiter);
  const [signature, ...body] = frames.slice(start + 1);
  if (start < 0 || signature === undefined || body.length < 4) {
    throw new NotebookError(
      `a kernel message of ${frames.length} frames: expected ${delimiter}, a signature and four parts`,
    );
  }
  const wanted = Buffer.from(sign(key, body));
  if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
    throw new NotebookError("a kernel message with a wrong signature: it was not sent by the kernel this run started");
  }
  const [header, parent, , content] = body.map((part) => JSON.parse(part.toString()));
  return { header, parent, content };
}

function sign(key: string, parts: readonly (string | Buffer)[]): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
