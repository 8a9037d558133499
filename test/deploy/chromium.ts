import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

/** Where Debian's package has the browser; tests that need it are skipped without it. */
export const chromium = "/usr/bin/chromium";

/** A page whose `console.log` and errors go to the server, with a script. */
export const page = (script: string) => `<!doctype html>
<script>
  const post = (result) => fetch(location.pathname, { method: "POST", body: JSON.stringify(result) });
  console.log = (name, logits) => post({ name, logits: [...logits] });
  onerror = (message) => post(message);
  onunhandledrejection = (event) => post(String(event.reason));
</script>
${script}
`;

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves files on loopback; `posted` resolves when each of the pages has sent a result. */
function serve(read: (path: string) => string | Uint8Array | undefined, pages: readonly string[]) {
  const results: Record<string, unknown> = {};
  let done: (results: Record<string, unknown>) => void = () => undefined;
  const posted = new Promise<Record<string, unknown>>((resolve) => {
    done = resolve;
  });
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? "").slice(1);
    if (request.method === "POST") {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        results[path] ??= JSON.parse(body);
        if (pages.every((name) => name in results)) done(results);
      });
    }
    const file = read(path);
    response.writeHead(file === undefined ? 404 : 200, { "content-type": types[extname(path)] ?? "text/html" });
    response.end(file);
  });
  return { server, posted };
}

function browse(address: string, profile: string): ChildProcess {
  const flags =
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking " +
    "--disable-component-update --disable-sync";
  return spawn(chromium, [...flags.split(" "), `--user-data-dir=${profile}`, address], {
    stdio: "ignore",
    detached: true, // a group of processes
  });
}

/**
 * What pages give to `console.log`, or the error that ended them.
 *
 * @param read - content of a file by its path, undefined where there is none
 * @param pages - names of pages, as `page` makes them, to be opened side by side
 */
export async function resultsInChromium(
  read: (path: string) => string | Uint8Array | undefined,
  pages: readonly string[],
): Promise<Record<string, unknown>> {
  const frames = pages.map((name) => `<iframe src="/${name}"></iframe>`).join("");
  const { server, posted } = serve((path) => (path === "" ? frames : read(path)), pages);
  const profile = mkdtempSync(join(tmpdir(), "binvit-browser-"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = browse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, profile);
  const closed = new Promise((resolve) => browser.on("close", resolve));
  try {
    return await posted;
  } finally {
    process.kill(-(browser.pid as number), "SIGKILL"); // its processes too: they would go on writing into the profile
    await closed;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
