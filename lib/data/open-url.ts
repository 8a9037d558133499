import type { IncomingMessage, RequestOptions } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import * as tls from "node:tls";
import { authorization, type ProxyServer, proxyAddress, proxyFor } from "./proxy";

const maxRedirects = 5;
const silence = 60_000;
const silenceText = "the server has been silent for a minute";

/**
 * Asks for a file and returns the answer as the server sent it, after redirects; by way of the proxy that the
 * environment asks for, if it does.
 *
 * Not `fetch`: that unpacks what a server labels `Content-Encoding: gzip`, as some do with `.gz` files, and neither
 * the checksum nor a byte range would fit the file any more.
 *
 * @param url - http or https
 * @param offset - first byte that is wanted; the answer is 206 if the server obliges, 200 if it sends all
 * @param signal - stops the request, and the answer while it is read
 * @returns the answer, whatever its status; its body has to be read or destroyed
 * @throws Error if the server or the proxy cannot be reached, or says nothing for a minute
 * @throws DataError if a variable asks for a proxy that cannot be used
 */
export async function openUrl(
  url: string,
  offset: number,
  signal?: AbortSignal,
  redirects = 0,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = { "user-agent": "binvit", "accept-encoding": "identity" };
  if (offset > 0) headers.range = `bytes=${offset}-`;
  const proxy = proxyFor(url);
  const options = { headers, signal };
  const response = proxy ? await askThrough(proxy, url, options) : await ask(url, options);
  const { statusCode = 0, headers: answer } = response;
  if (statusCode < 300 || statusCode >= 400 || answer.location === undefined) return response;
  response.destroy();
  if (redirects === maxRedirects) throw new Error(`more than ${maxRedirects} redirects`);
  return openUrl(new URL(answer.location, url).href, offset, signal, redirects + 1);
}

/** One request, without following what it answers. Node's own settings for proxies are left out: there is one place. */
function ask(url: string, options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const client = url.startsWith("https:") ? https : http;
    const agent = options.createConnection ? undefined : false;
    const request = client.get(url, { agent, ...options }, resolve);
    request.setTimeout(silence, () => request.destroy(new Error(silenceText)));
    request.on("error", reject);
  });
}

/** Plain http is asked of the proxy itself, with the whole address; for https it gives a connection to the server. */
async function askThrough(proxy: ProxyServer, url: string, options: RequestOptions): Promise<IncomingMessage> {
  const target = new URL(url);
  if (target.protocol === "http:") {
    const { username, password } = target;
    const auth = username === "" ? undefined : `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const headers = { ...options.headers, host: target.host, ...authorization(proxy) } as http.OutgoingHttpHeaders;
    return ask(proxyAddress(proxy), { ...options, auth, headers, path: `http://${target.host}${pathOf(target)}` });
  }
  const socket = await connectThrough(proxy, target, options.signal);
  const host = target.hostname.replace(/^\[(.*)\]$/, "$1");
  const servername = isIP(host) ? undefined : host; // TLS names no addresses
  return ask(url, { ...options, createConnection: () => tls.connect({ socket, host, servername }) });
}

const pathOf = ({ pathname, search }: URL): string => pathname + search;

/** Has the proxy connect to a server: what is sent on the socket goes there, and only the two of us can read it. */
function connectThrough(proxy: ProxyServer, target: URL, signal?: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const client = proxy.url.protocol === "https:" ? https : http;
    const host = `${target.hostname}:${target.port || 443}`;
    const headers = { host, "user-agent": "binvit", ...authorization(proxy) };
    const request = client.request(proxyAddress(proxy), {
      method: "CONNECT",
      path: host,
      headers,
      signal,
      agent: false,
    });
    request.on("connect", ({ statusCode, statusMessage }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`the proxy answers ${statusCode} ${statusMessage ?? ""}`.trimEnd()));
    });
    request.on("response", (response) => {
      response.destroy();
      reject(new Error(`${proxyAddress(proxy)} is no proxy for https: it answers ${response.statusCode} to CONNECT`));
    });
    request.setTimeout(silence, () => request.destroy(new Error(silenceText)));
    request.on("error", reject);
    request.end();
  });
}
