import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as path from "node:path";
import { Duplex } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError } from "../../lib/base/errors";
import { fetchFile } from "../../lib/data/fetch-file";
import { proxyFor } from "../../lib/data/proxy";
import { md5, temporaryFolder } from "./official-fixture";

const body = Buffer.from("what the server has ".repeat(5000));

describe("proxyFor", () => {
  const proxy = "http://proxy.example:3128";
  const found = (url: string, environment: NodeJS.ProcessEnv) => {
    const { url: address, variable } = proxyFor(url, environment) ?? {};
    return address && [address.host, variable];
  };

  it.each<[string, NodeJS.ProcessEnv, string | undefined]>([
    ["https://a.example/", { HTTPS_PROXY: proxy }, "HTTPS_PROXY"],
    ["https://a.example/", { https_proxy: proxy, HTTPS_PROXY: "http://other" }, "https_proxy"],
    ["https://a.example/", { HTTP_PROXY: proxy, http_proxy: proxy }, undefined],
    ["http://a.example/", { HTTP_PROXY: proxy, HTTPS_PROXY: "http://other" }, "HTTP_PROXY"],
    ["http://a.example/", { ALL_PROXY: proxy }, "ALL_PROXY"],
    ["https://a.example/", { all_proxy: "proxy.example:3128", HTTPS_PROXY: " " }, "all_proxy"],
    ["https://a.example/", { HTTPS_PROXY: "" }, undefined],
    ["https://a.example/", {}, undefined],
  ])("of %s with %o is that of %s", (url, environment, variable) => {
    expect(found(url, environment)).toEqual(variable && ["proxy.example:3128", variable]);
  });

  it.each([
    ["http://a.example/", "*"],
    ["http://a.example/", "b.example, A.EXAMPLE"],
    ["http://x.a.example/", "a.example"],
    ["http://x.a.example/", ".a.example"],
    ["http://x.a.example/", "*.a.example"],
    ["http://a.example:8080/", "a.example:8080"],
    ["https://a.example/", "a.example:443"],
    ["http://127.0.0.1:5000/", "localhost 127.0.0.1"],
    ["http://10.1.2.3/", "10.0.0.0/8"],
    ["http://[::1]:5000/", "::1"],
    ["http://[::1]:5000/", "[::1]:5000"],
  ])("of %s is none where NO_PROXY is %s", (url, list) => {
    expect(found(url, { ALL_PROXY: proxy, NO_PROXY: list })).toBeUndefined();
    expect(found(url, { ALL_PROXY: proxy, no_proxy: list, NO_PROXY: "nothing" })).toBeUndefined();
  });

  it.each([
    ["http://a.example/", "example.org, ample, b.a.example"],
    ["http://a.example/", "a.example:8080"],
    ["http://10.1.2.3/", "10.1.2.4, 11.0.0.0/8, 10.0.0.0/99, 10.1.2"],
    ["http://nota.example/", "a.example"],
    ["http://a.example/", ", ,."],
  ])("of %s is there where NO_PROXY is %s", (url, list) => {
    expect(found(url, { ALL_PROXY: proxy, NO_PROXY: list })).toBeDefined();
  });

  it("says what it cannot use, without passwords", () => {
    const socks = () => proxyFor("https://a.example/", { ALL_PROXY: "socks5://me:secret@proxy.example:1080" });
    expect(socks).toThrow(DataError);
    expect(socks).toThrow(
      "ALL_PROXY is socks5://proxy.example:1080, expected an http:// or https:// address: no other kind of proxy is " +
        "supported. Set it to one, or add a.example to NO_PROXY.",
    );
    const nonsense = () => proxyFor("https://a.example/", { HTTPS_PROXY: "http://me:secret@:::" });
    expect(nonsense).toThrow(/^HTTPS_PROXY holds no address of a proxy, expected e\.g\. http:\/\/proxy\.example:3128/);
  });
});

describe("a download through a proxy", () => {
  let folder: string;
  let origin: http.Server;
  let proxy: http.Server;
  /** What the proxy was asked for, and with which credentials. */
  let asked: (string | undefined)[][];
  let tunnelTo: (port: number) => Duplex | undefined;
  const servers: http.Server[] = [];

  const listening = async (server: http.Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
  };
  const portOf = (server: http.Server) => (server.address() as net.AddressInfo).port;
  const send: http.RequestListener = (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const range = { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` };
    response.writeHead(start > 0 ? 206 : 200, start > 0 ? range : {}).end(body.subarray(start));
  };
  const target = () => path.join(folder, "file.bin");
  const use = (variable: string, user = "") => vi.stubEnv(variable, `http://${user}127.0.0.1:${portOf(proxy)}`);

  beforeEach(async () => {
    for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]) {
      vi.stubEnv(name, "");
      vi.stubEnv(name.toUpperCase(), "");
    }
    folder = temporaryFolder();
    asked = [];
    tunnelTo = (port) => net.connect(port, "127.0.0.1");
    origin = await listening(http.createServer(send));
    proxy = await listening(
      http.createServer((request, response) => {
        asked.push([request.url, request.headers["proxy-authorization"], request.headers.authorization]);
        send(request, response);
      }),
    );
    proxy.on("connect", (request, socket) => {
      asked.push([`CONNECT ${request.url}`, request.headers["proxy-authorization"]]);
      const tunnel = tunnelTo(Number(request.url?.split(":")[1]));
      if (!tunnel) return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      socket.pipe(tunnel).pipe(socket);
      for (const end of [socket, tunnel])
        end.on("error", () => {}).on("close", () => [socket, tunnel].map((one) => one.destroy()));
    });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("asks it for http addresses whole, goes on within a file, and gives it name and password", async () => {
    use("HTTP_PROXY", "me:p%40ss@");
    fs.writeFileSync(`${target()}.part`, body.subarray(0, 1000));
    await fetchFile("http://data.example:81/mnist/file.bin?x=1", target(), md5(body));
    const credentials = `Basic ${Buffer.from("me:p@ss").toString("base64")}`;
    expect(asked).toEqual([["http://data.example:81/mnist/file.bin?x=1", credentials, undefined]]);
    expect(fs.readFileSync(target()).equals(body)).toBe(true);
  });

  it("does not ask it for what NO_PROXY lists", async () => {
    use("ALL_PROXY");
    vi.stubEnv("NO_PROXY", "localhost,127.0.0.1");
    await fetchFile(`http://127.0.0.1:${portOf(origin)}/file.bin`, target(), md5(body));
    expect(asked).toEqual([]);
  });

  it("has it connect to https servers, and speaks TLS to those", async () => {
    use("HTTPS_PROXY", "me:secret@");
    let heard = Buffer.alloc(0);
    tunnelTo = () =>
      new Duplex({
        read() {},
        write(chunk, _, done) {
          heard = Buffer.concat([heard, chunk]); // it may come in parts
          if (heard.includes("data.example")) this.destroy();
          done();
        },
      });
    const failure = fetchFile("https://data.example/file.bin", target(), md5(body));
    await expect(failure).rejects.toThrow(
      new RegExp(`https://data\\.example/file\\.bin could not be fetched through the proxy \
http://127\\.0\\.0\\.1:${portOf(proxy)} \\(HTTPS_PROXY\\): .*; nothing was received yet`),
    );
    await expect(failure).rejects.not.toThrow(/secret/);
    expect(asked).toEqual([["CONNECT data.example:443", `Basic ${Buffer.from("me:secret").toString("base64")}`]]);
    expect(heard[0]).toBe(22); // a TLS handshake
  });

  const openssl = spawnSync("openssl", ["version"]).status === 0;
  it.skipIf(!openssl)("receives a file from an https server", async () => {
    const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(folder, name));
    const request = [
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    const made = spawnSync("openssl", [...request, "-subj", "/CN=data.example", "-keyout", key, "-out", cert]);
    expect(made.status).toBe(0);
    const secure = https.createServer({ key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, send);
    await listening(secure as unknown as http.Server);
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    use("https_proxy");
    const port = (secure.address() as net.AddressInfo).port;
    await fetchFile(`https://127.0.0.1:${port}/file.bin`, target(), md5(body));
    expect(asked).toEqual([[`CONNECT 127.0.0.1:${port}`, undefined]]);
    expect(fs.readFileSync(target()).equals(body)).toBe(true);
  });

  it("names the proxy that refuses, that answers nonsense, or that is not there", async () => {
    use("HTTPS_PROXY");
    const fetching = (url = "https://data.example/file.bin") => fetchFile(url, target(), md5(body));
    const through = `through the proxy http://127.0.0.1:${portOf(proxy)} (HTTPS_PROXY)`;
    tunnelTo = () => undefined;
    await expect(fetching()).rejects.toThrow(`${through}: the proxy answers 407 Proxy Authentication Required`);
    proxy.removeAllListeners("connect");
    await expect(fetching()).rejects.toThrow(through);
    vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:1");
    await expect(fetching()).rejects.toThrow(
      /through the proxy http:\/\/127\.0\.0\.1:1 \(HTTPS_PROXY\): .*ECONNREFUSED/,
    );
    vi.stubEnv("HTTPS_PROXY", "socks5://127.0.0.1:1");
    await expect(fetching()).rejects.toThrow(/^HTTPS_PROXY is socks5:\/\/127\.0\.0\.1:1, expected an http:/);
    vi.stubEnv(
      "http_proxy",
      `http://127.0.0.1:${portOf(await listening(http.createServer((_, r) => r.writeHead(403).end())))}`,
    );
    await expect(fetching("http://data.example/file.bin")).rejects.toThrow(
      /\(http_proxy\): the server answers 403 Forbidden/,
    );
  });
});
