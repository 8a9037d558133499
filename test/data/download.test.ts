import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CancelledError, DataError, FileError } from "../../lib/base/errors";
import { newHolder } from "../../lib/base/holder";
import { Random } from "../../lib/base/random";
import { baseAddress, downloadDataset } from "../../lib/data/download";
import { fetchFile, type Progress } from "../../lib/data/fetch-file";
import { readOfficial } from "../../lib/data/official";
import { md5, packedCifar10, smallMnist, temporaryFolder } from "./official-fixture";

const random = new Random(11);
const body = Buffer.from(Uint8Array.from({ length: 300_000 }, () => random.integer(256)));

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;
let folder: string;
let server: http.Server;
let base: string;
let requests: (string | undefined)[];
let handler: Handler;

beforeEach(async () => {
  vi.stubEnv("no_proxy", "*"); // whatever this machine reaches the world through, it is not asked here
  folder = temporaryFolder();
  requests = [];
  server = http.createServer((request, response) => {
    requests.push(request.headers.range);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Sends `content` from the byte that is asked for. */
const ranged =
  (content: Buffer): Handler =>
  (request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (start >= content.length) return void response.writeHead(416).end();
    const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start, ...(start > 0 && range) });
    response.end(content.subarray(start));
  };

/** Promises the whole body and sends only its beginning. */
const beginning =
  (sent: number): Handler =>
  (_request, response) => {
    response.writeHead(200, { "content-length": body.length });
    response.write(body.subarray(0, sent));
  };

/** Whether a file holds exactly these bytes; a comparison that prints none of them. */
const holds = (file: string, content: Buffer): boolean => fs.readFileSync(file).equals(content);

const target = () => path.join(folder, "file.bin");
const fetchBody = (options = {}) => fetchFile(`${base}file.bin`, target(), md5(body), options);

describe("fetchFile", () => {
  it("receives a file whole, with progress, and leaves no part behind", async () => {
    handler = ranged(body);
    const progress: Progress[] = [];
    await fetchBody({ onProgress: (step: Progress) => progress.push(step) });
    expect(holds(target(), body)).toBe(true);
    expect(fs.readdirSync(folder)).toEqual(["file.bin"]);
    expect(progress.at(-1)).toEqual({ file: "file.bin", received: body.length, total: body.length });
  });

  it("goes on after a cut connection from the byte where it ended", async () => {
    handler = beginning(100_000);
    const onProgress = ({ received }: Progress) => {
      if (received === 100_000) server.closeAllConnections();
    };
    await expect(fetchBody({ onProgress })).rejects.toThrow(
      /could not be fetched.*bytes are kept in .*file\.bin\.part.*again/s,
    );
    expect(fs.existsSync(target())).toBe(false);
    const kept = fs.statSync(`${target()}.part`).size;
    expect(kept).toBe(100_000);
    handler = ranged(body);
    await fetchBody();
    expect(requests).toEqual([undefined, `bytes=${kept}-`]);
    expect(holds(target(), body)).toBe(true);
  });

  it("starts over where the server knows no ranges", async () => {
    fs.writeFileSync(`${target()}.part`, body.subarray(0, 5000));
    handler = (_request, response) => response.end(body);
    await fetchBody();
    expect(requests).toEqual(["bytes=5000-"]);
    expect(holds(target(), body)).toBe(true);
  });

  it("takes a part that is already whole", async () => {
    fs.writeFileSync(`${target()}.part`, body);
    handler = ranged(body);
    await fetchBody();
    expect(holds(target(), body)).toBe(true);
  });

  it("keeps bytes as they are when a server labels a packed file as encoded", async () => {
    const packed = gzipSync(body);
    handler = (_request, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(packed);
    await fetchFile(`${base}file.gz`, target(), md5(packed));
    expect(holds(target(), packed)).toBe(true);
  });

  it("follows redirects", async () => {
    const send = ranged(body);
    handler = (request, response) =>
      request.url === "/moved" ? send(request, response) : response.writeHead(302, { location: "/moved" }).end();
    await fetchBody();
    expect(holds(target(), body)).toBe(true);
  });

  it("deletes what has a wrong checksum, says so, and keeps the file that was there", async () => {
    fs.writeFileSync(target(), "what was there");
    handler = ranged(Buffer.concat([body, Buffer.from("!")]));
    await expect(fetchBody()).rejects.toThrow(new RegExp(`expected ${md5(body)}; what was received is deleted`));
    expect(fs.readdirSync(folder)).toEqual(["file.bin"]);
    expect(fs.readFileSync(target(), "utf8")).toBe("what was there");
  });

  it("receives once more what was continued and turned out wrong", async () => {
    fs.writeFileSync(`${target()}.part`, Buffer.alloc(5000));
    handler = ranged(body);
    await fetchBody();
    expect(requests).toEqual(["bytes=5000-", undefined]);
    expect(holds(target(), body)).toBe(true);
  });

  it("names address and status when the server refuses", async () => {
    handler = (_request, response) => response.writeHead(404).end("no such file");
    const failure = fetchBody();
    await expect(failure).rejects.toThrow(DataError);
    await expect(failure).rejects.toThrow(
      /127\.0\.0\.1:\d+\/file\.bin could not be fetched: .* 404 Not Found.*--mirror/s,
    );
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("stops when it is told to and keeps what it has", async () => {
    const stop = new AbortController();
    handler = beginning(1000);
    const onProgress = () => stop.abort();
    await expect(fetchBody({ signal: stop.signal, onProgress })).rejects.toThrow(CancelledError);
    expect(fs.readdirSync(folder)).toEqual(["file.bin.part"]);
    expect(holds(`${target()}.part`, body.subarray(0, 1000))).toBe(true);
  });

  it.skipIf(!fs.existsSync("/dev/full"))("says that the disk is full", async () => {
    fs.symlinkSync("/dev/full", `${target()}.part`);
    handler = ranged(body);
    const failure = fetchBody();
    await expect(failure).rejects.toThrow(FileError);
    await expect(failure).rejects.toThrow(/disk is full/);
  });

  it("speaks TLS to https addresses", async () => {
    handler = ranged(body);
    const failure = fetchFile(`${base.replace("http:", "https:")}file.bin`, target(), md5(body));
    await expect(failure).rejects.toThrow(/SSL|EPROTO/);
  });

  it("says that a folder cannot be made", async () => {
    fs.writeFileSync(path.join(folder, "taken"), "");
    handler = ranged(body);
    const failure = fetchFile(`${base}file.bin`, path.join(folder, "taken", "file.bin"), md5(body));
    await expect(failure).rejects.toThrow(/cannot be written/);
  });
});

const packedCifar = () => packedCifar10(path.join(folder, "origin"), base);

describe("downloadDataset", () => {
  it("unpacks the expected members of an archive, and the second time asks for nothing", async () => {
    const { info, archive } = packedCifar();
    handler = ranged(archive);
    const place = path.join(folder, "cifar10");
    expect(await downloadDataset(info, { folder: place })).toEqual({ folder: place, downloaded: true });
    expect(fs.readdirSync(place)).toEqual(["cifar-10-batches-bin"]);
    expect(fs.readdirSync(path.join(place, "cifar-10-batches-bin")).sort()).toEqual([
      "data_batch_1.bin",
      "data_batch_2.bin",
      "test_batch.bin",
    ]);
    expect((await readOfficial(info, place)).test.count).toBe(10);
    expect(await downloadDataset(info, { folder: place })).toEqual({ folder: place, downloaded: false });
    expect(requests).toHaveLength(1);
  });

  it("replaces damaged files and keeps the others of the folder", async () => {
    const { info, archive } = packedCifar();
    handler = ranged(archive);
    const place = path.join(folder, "cifar10", "cifar-10-batches-bin");
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, "test_batch.bin"), "truncated");
    fs.writeFileSync(path.join(place, "notes.txt"), "mine");
    await downloadDataset(info, { folder: path.dirname(place) });
    expect(fs.statSync(path.join(place, "test_batch.bin")).size).toBe(30_730);
    expect(fs.readFileSync(path.join(place, "notes.txt"), "utf8")).toBe("mine");
  });

  it("keeps what was there when the archive is not what its source says", async () => {
    const { info, archive } = packedCifar();
    handler = ranged(archive);
    const [first, ...others] = info.source.files;
    const source = { ...info.source, files: [{ ...first, md5: "0".repeat(32) }, ...others] };
    const place = path.join(folder, "cifar10", "cifar-10-batches-bin");
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, "test_batch.bin"), "what was there");
    const failure = downloadDataset({ ...info, source }, { folder: path.dirname(place) });
    await expect(failure).rejects.toThrow(/data_batch_1\.bin in .* has MD5 .*, expected 0000/);
    expect(fs.readFileSync(path.join(place, "test_batch.bin"), "utf8")).toBe("what was there");
    expect(fs.readdirSync(path.dirname(place)).filter((name) => name.startsWith(".unpack"))).toEqual([]);
  });

  it("fetches packed idx files from a mirror, and only those that are missing", async () => {
    const origin = path.join(folder, "origin");
    const info = smallMnist(origin);
    const packed = new Map(
      info.source.files.map(({ name }) => [`/mirror/${name}.gz`, gzipSync(fs.readFileSync(path.join(origin, name)))]),
    );
    const downloads = [...packed].map(([url, content]) => ({ name: path.basename(url), md5: md5(content) }));
    const asked: string[] = [];
    handler = (request, response) => {
      asked.push(request.url ?? "");
      response.end(packed.get(request.url ?? ""));
    };
    const place = path.join(folder, "mnist");
    fs.mkdirSync(place);
    fs.writeFileSync(path.join(place, downloads[1].name), packed.get(`/mirror/${downloads[1].name}`) ?? "");
    const mirrored = { ...info, source: { ...info.source, downloads } };
    await downloadDataset(mirrored, { folder: place, mirror: `${base}mirror` });
    expect(asked).toEqual([0, 2, 3].map((i) => `/mirror/${downloads[i].name}`));
    const [fetched, original] = [await readOfficial(mirrored, place), await readOfficial(info, origin)];
    expect(Buffer.from(fetched.train.pixels).equals(original.train.pixels)).toBe(true);
    expect(Buffer.from(fetched.test.pixels).equals(original.test.pixels)).toBe(true);
  });
});

describe("two downloads into one folder", () => {
  const claimOf = (place: string) => path.join(place, "download.claim-1");
  const ended = { ...newHolder("downloading", 10), pid: spawnSync(process.execPath, ["-e", ""]).pid };

  it("at once both succeed: the second waits, and asks for nothing", async () => {
    const { info, archive } = packedCifar();
    const place = path.join(folder, "cifar10");
    const waits: string[] = [];
    handler = async (request, response) => {
      await vi.waitFor(() => expect(waits).toHaveLength(2), { timeout: 20_000 });
      ranged(archive)(request, response);
    };
    const onWait = (who: string) => waits.push(who);
    const results = await Promise.all([1, 2, 3].map(() => downloadDataset(info, { folder: place, onWait })));
    expect(results.map(({ downloaded }) => downloaded).sort()).toEqual([false, false, true]);
    expect(requests).toHaveLength(1);
    for (const who of waits) expect(who).toMatch(/^this process has been downloading there since 2/);
    expect((await readOfficial(info, place)).test.count).toBe(10);
    expect(fs.readdirSync(place)).toEqual(["cifar-10-batches-bin"]);
  });

  it("after one was killed: claim, parts and half-unpacked files do not stand in the way", async () => {
    const { info, archive } = packedCifar();
    handler = ranged(archive);
    const place = path.join(folder, "cifar10");
    fs.mkdirSync(path.join(place, ".unpack-abc123", "cifar-10-batches-bin"), { recursive: true });
    fs.writeFileSync(claimOf(place), JSON.stringify(ended));
    fs.writeFileSync(path.join(place, "cifar-10-binary.tar.gz.part"), archive.subarray(0, 100));
    const results = await Promise.all([1, 2].map(() => downloadDataset(info, { folder: place })));
    expect(results.map(({ downloaded }) => downloaded).sort()).toEqual([false, true]);
    expect(requests).toEqual(["bytes=100-"]);
    expect(fs.readdirSync(place)).toEqual(["cifar-10-batches-bin"]);
  });

  it.each([true, false])(
    "after one was killed at its very end, or as it unpacked: what it left is removed",
    async (isUnpacked) => {
      const { info, archive } = packedCifar();
      handler = ranged(archive);
      const place = path.join(folder, "cifar10");
      if (isUnpacked) await downloadDataset(info, { folder: place });
      else fs.mkdirSync(place);
      fs.mkdirSync(path.join(place, ".unpack-abc123"));
      fs.writeFileSync(path.join(place, "cifar-10-binary.tar.gz"), archive);
      fs.writeFileSync(claimOf(place), JSON.stringify(ended));
      expect(await downloadDataset(info, { folder: place })).toEqual({ folder: place, downloaded: false });
      expect(fs.readdirSync(place)).toEqual(["cifar-10-batches-bin"]);
    },
  );

  it("beside one on another machine waits, says for whom, and can be stopped", async () => {
    const { info, archive } = packedCifar();
    handler = ranged(archive);
    const place = path.join(folder, "cifar10");
    fs.mkdirSync(place);
    const claim = JSON.stringify({ ...ended, host: "elsewhere" });
    fs.writeFileSync(claimOf(place), claim);
    const stop = new AbortController();
    const waits: string[] = [];
    let time = 1e9;
    const beating = setInterval(() => fs.utimesSync(claimOf(place), ++time, time), 100);
    const onWait = (who: string) => {
      waits.push(who);
      stop.abort();
    };
    const attempt = downloadDataset(info, { folder: place, onWait, signal: stop.signal });
    await expect(attempt).rejects.toThrow(CancelledError);
    clearInterval(beating);
    expect(waits).toEqual([`process ${ended.pid} on elsewhere has been downloading there since ${ended.since}`]);
    expect(fs.readFileSync(claimOf(place), "utf8")).toBe(claim);
    expect(requests).toEqual([]);
  });
});

describe("baseAddress", () => {
  it("is the mirror, else the variable's folder of that name, else the official address", () => {
    const { info } = packedCifar();
    expect(baseAddress(info)).toBe(base);
    process.env.BINVIT_MIRROR = "http://class.example/data/";
    try {
      expect(baseAddress(info)).toBe("http://class.example/data/cifar10/");
      expect(baseAddress(info, "http://other.example")).toBe("http://other.example/");
    } finally {
      delete process.env.BINVIT_MIRROR;
    }
  });

  it.each(["notaurl", "ftp://mirror.example", "file:///data"])(
    "refuses %s, which no download can come from",
    (mirror) => {
      const { info } = packedCifar();
      expect(() => baseAddress(info, mirror)).toThrow(DataError);
      expect(() => baseAddress(info, mirror)).toThrow("expected an http:// or https:// address");
    },
  );
});
