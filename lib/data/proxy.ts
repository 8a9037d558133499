import { BlockList, isIP } from "node:net";
import { DataError } from "../base/errors";

/** A proxy that the environment asks for. */
export interface ProxyServer {
  readonly url: URL;
  /** The variable that names it. */
  readonly variable: string;
}

/**
 * The proxy that the environment asks for, as curl and others understand it: `https_proxy` or `http_proxy` by the kind
 * of the address, else `all_proxy`, in small letters first; none for what `no_proxy` lists.
 *
 * @param url - what is to be fetched
 * @throws DataError if the variable holds no address, or one of another kind than http and https
 */
export function proxyFor(url: string, environment: NodeJS.ProcessEnv = process.env): ProxyServer | undefined {
  const target = new URL(url);
  const kind = target.protocol.slice(0, -1);
  const names = [`${kind}_proxy`, "all_proxy"].flatMap((name) => [name, name.toUpperCase()]);
  const variable = names.find((name) => environment[name]?.trim());
  const exceptions = environment.no_proxy || environment.NO_PROXY || "";
  if (variable === undefined || isExcepted(target, exceptions)) return undefined;
  const value = environment[variable]!.trim();
  const proxy = { url: addressIn(value, variable), variable };
  if (/^https?:$/.test(proxy.url.protocol)) return proxy;
  throw new DataError(`${variable} is ${proxyAddress(proxy)}, expected an http:// or https:// address: no other kind of \
proxy is supported. Set it to one, or add ${target.hostname} to NO_PROXY.`);
}

function addressIn(value: string, variable: string): URL {
  try {
    return new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  } catch {
    // The value is not shown: it may hold a password.
    throw new DataError(`${variable} holds no address of a proxy, expected e.g. http://proxy.example:3128. Mend it.`);
  }
}

/** @returns the proxy's address without name and password, for messages */
export const proxyAddress = ({ url }: ProxyServer): string => `${url.protocol}//${url.host}`;

/** @returns the header that carries name and password, if the address has them */
export function authorization({ url: { username, password } }: ProxyServer): Record<string, string> {
  if (username === "" && password === "") return {};
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(credentials).toString("base64")}` };
}

/** Whether a list names a host: by its name or a domain it is in, as address or network, with a port or without; or `*`. */
function isExcepted(target: URL, list: string): boolean {
  const host = bare(target.hostname);
  const port = target.port || (target.protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => {
    if (entry === "" || entry === "*") return entry === "*";
    const [, name, only] = /^(\[.*\]|[^:]*|.*:.*:.*?)(?::(\d+))?$/.exec(entry) ?? [];
    if (name === undefined || (only !== undefined && only !== port)) return false;
    if (isIP(host)) return isInNetwork(host, bare(name));
    const domain = bare(name).replace(/^\*?\./, "");
    return host === domain || (domain !== "" && host.endsWith(`.${domain}`));
  });
}

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");

/** @param network - an address, or e.g. `10.0.0.0/8` */
function isInNetwork(host: string, network: string): boolean {
  const [address, prefix] = network.split("/");
  const kind = isIP(address);
  if (kind === 0 || kind !== isIP(host)) return false;
  const family = kind === 4 ? "ipv4" : "ipv6";
  const longest = kind === 4 ? 32 : 128;
  const bits = prefix === undefined ? longest : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > longest) return false;
  const block = new BlockList();
  block.addSubnet(address, bits, family);
  return block.check(host, family);
}
