import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";

const maxRedirects = 5;
const silence = 60_000;

/**
 * Asks for a file and returns the answer as the server sent it, after redirects.
 *
 * Not `fetch`: that unpacks what a server labels `Content-Encoding: gzip`, as some do with `.gz` files, and neither
 * the checksum nor a byte range would fit the file any more.
 *
 * @param url - http or https
 * @param offset - first byte that is wanted; the answer is 206 if the server obliges, 200 if it sends all
 * @param signal - stops the request, and the answer while it is read
 * @returns the answer, whatever its status; its body has to be read or destroyed
 * @throws Error if the server cannot be reached, or says nothing for a minute
 */
export function openUrl(url: string, offset: number, signal?: AbortSignal, redirects = 0): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string> = { "user-agent": "binvit", "accept-encoding": "identity" };
    if (offset > 0) headers.range = `bytes=${offset}-`;
    const client = url.startsWith("https:") ? https : http;
    const request = client.get(url, { headers, signal }, (response) => {
      const { statusCode = 0, headers: answer } = response;
      if (statusCode < 300 || statusCode >= 400 || answer.location === undefined) return resolve(response);
      response.destroy();
      if (redirects === maxRedirects) return reject(new Error(`more than ${maxRedirects} redirects`));
      resolve(openUrl(new URL(answer.location, url).href, offset, signal, redirects + 1));
    });
    request.setTimeout(silence, () => request.destroy(new Error("the server has been silent for a minute")));
    request.on("error", reject);
  });
}
