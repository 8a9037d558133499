import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { kitRoot } from "../../lib/base/kit-root";
import { madeFrom } from "../../site/make/sources";

const folder = join(kitRoot(), "site", "dist");

const built = join(folder, "index.html");
const sources = [...madeFrom, "site/make", "site/browser", "site/pages", "site/components", "site/.vitepress/theme"];

/** Whether something that pages are made from was changed after they were. */
function isStale(): boolean {
  const since = statSync(built).mtimeMs;
  return sources.some((source) => {
    const place = join(kitRoot(), source);
    const within = statSync(place).isDirectory() ? readdirSync(place, { recursive: true, encoding: "utf8" }) : [""];
    return within.some((name) => statSync(join(place, name)).mtimeMs > since);
  });
}

/** Why the built site cannot be looked at, in brackets behind a test's name; empty where it can. */
export const notBuilt = !existsSync(built)
  ? " (skipped: there is no site/dist, npm run site)"
  : isStale()
    ? " (skipped: site/dist is older than what it is made from, npm run site)"
    : "";

/** A file of the built site, by its path with slashes. */
export const read = (path: string): Buffer => readFileSync(join(folder, path));

/** Every file of the built site, with its bytes. */
export function builtFiles(): Map<string, number> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/"));
  return new Map(
    paths.flatMap((path) => {
      const stats = statSync(join(folder, path));
      return stats.isFile() ? [[path, stats.size]] : [];
    }),
  );
}

/** A page as it was built. */
export interface BuiltPage {
  readonly path: string;
  readonly html: string;
}

/** Every page but that of what is not found. */
export const builtPages = (): BuiltPage[] =>
  [...builtFiles().keys()]
    .filter((path) => path.endsWith(".html") && path !== "404.html")
    .sort()
    .map((path) => ({ path, html: read(path).toString() }));

/** Where the site was built to be, such as `/` or `/binvit/`. */
export const builtBase = (): string => /href="(\/(?:[^"]*\/)?)assets\//.exec(read("index.html").toString())![1];

/** Values of an attribute, with HTML's entities read. */
export const valuesOf = (html: string, attribute: string, tag = "[a-z][a-z0-9-]*"): string[] =>
  Array.from(html.matchAll(new RegExp(`<${tag}(?:\\s[^>]*)?\\s${attribute}="([^"]*)"`, "gi")), ([, value]) =>
    value.replaceAll("&amp;", "&").replaceAll("&quot;", '"'),
  );

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves the built site as any web server would. */
export async function serveSite(): Promise<{ address: string; server: Server }> {
  const base = builtBase();
  const server = createServer((request, response) => {
    const path = decodeURI(request.url!.split("?")[0]).slice(base.length);
    const file = path === "" || path.endsWith("/") ? `${path}index.html` : path;
    if (!existsSync(join(folder, file))) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(read(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`, server };
}
