import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import * as tar from "tar";
import { BinvitError, DataError, FileError } from "../base/errors";
import { kitRoot } from "../base/kit-root";
import type { DataFile, DatasetInfo, OfficialInfo } from "./dataset-info";
import { type FoundFiles, findFiles, spelling } from "./find-files";
import { datasets } from "./sets/index";

const unzip = promisify(gunzip);

/** @returns the folder a download goes to unless another is named */
export const defaultFolder = (name: string): string => path.join(kitRoot(), "data", "downloads", name);

/**
 * The files of one data set in one folder, read one by one.
 *
 * What a file is, is decided by what it holds: its first bytes say whether it is packed, its MD5 whether it is the
 * official file. Of several that go by one name, the first that is right is taken.
 */
export class OfficialFiles {
  private readonly members = new Map<string, Promise<Map<string, Buffer>>>();
  private edition?: Edition;

  private constructor(
    private readonly info: OfficialInfo,
    private readonly folder: string,
    private readonly found: FoundFiles,
  ) {}

  /**
   * @param info - which data set
   * @param folder - holds the files, the archive, or folders with them; or is the archive itself
   * @returns undefined if nothing there goes by one of their names
   * @throws FileError if the folder cannot be read
   */
  static async find(info: OfficialInfo, folder: string): Promise<OfficialFiles | undefined> {
    const found = await findFiles(info.source, folder);
    return found && new OfficialFiles(info, folder, found);
  }

  /** Whether what was read is a known copy with the official images in another order. */
  get reordered(): boolean {
    return this.edition === "reordered";
  }

  /**
   * Reads one file whole, unpacked, and checks size and MD5.
   *
   * @throws DataError if the file is missing, does not unpack or is not the official one
   * @throws FileError if it is there but cannot be read
   */
  async read(file: DataFile): Promise<Buffer> {
    const problems: unknown[] = [];
    const attempts = [
      ...(this.found.byName.get(file.name) ?? []).map(
        (place) => async () => this.checked(await load(place, file), file, place),
      ),
      ...this.found.archives.map((archive) => async () => this.member(archive, file)),
    ];
    for (const attempt of attempts) {
      try {
        const content = await attempt();
        if (content) return content;
      } catch (error) {
        if (!(error instanceof BinvitError)) throw error;
        problems.push(error instanceof DataError ? new DataError(`${error.message} ${this.advice}`) : error);
      }
    }
    throw (
      problems[0] ??
      new DataError(
        `${file.name} is missing in ${this.folder}; other files of ${this.info.name} are there. ${this.advice}`,
      )
    );
  }

  private get advice(): string {
    return `Fetch it with \`npx binvit data download ${this.info.name}\`, or name the folder of the official files.`;
  }

  private async member(archive: string, file: DataFile): Promise<Buffer | undefined> {
    if (!this.members.has(archive)) this.members.set(archive, unpack(archive, this.info.source.files));
    const members = await this.members.get(archive);
    const content = members?.get(file.name);
    members?.delete(file.name); // it is large, and asked for once
    return content && this.checked(content, file, `${file.name} in ${archive}`);
  }

  /** @returns the content, if its checksum is known and the files before it are of the same edition */
  private checked(content: Buffer, file: DataFile, what: string): Buffer {
    if (content.length !== file.bytes) {
      throw new DataError(`${what} holds ${bytes(content.length)}, expected ${bytes(file.bytes)}: \
it is truncated or not the official file.`);
    }
    const md5 = createHash("md5").update(content).digest("hex");
    const edition = (["md5", "reordered"] as const).find((known) => file[known] === md5);
    if (edition === undefined) {
      const known = knownFile(md5);
      throw new DataError(`${what} is not the official ${file.name} of ${this.info.name}: its MD5 is ${md5}, \
expected ${file[this.edition ?? "md5"]}.${known ? ` It is ${known}.` : ""}`);
    }
    this.edition ??= edition;
    if (edition !== this.edition) {
      throw new DataError(`${what} is of another copy of ${this.info.name} than the files before it, with the images in \
another order: its MD5 is ${md5}, expected ${file[this.edition]}.`);
    }
    return content;
  }
}

/** Which of a file's checksums it has. */
type Edition = "md5" | "reordered";

/** A file is packed once, or twice by a server that packs what it sends; not for ever. */
const mostLayers = 3;

/** Bytes that packing may add to a file that it cannot make smaller; what is larger need not be read to be refused. */
const slack = 2 ** 20;

const isPacked = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

/** Reads a file and unpacks what is packed, whatever it is called. */
async function load(place: string, file: DataFile): Promise<Buffer> {
  let content: Buffer;
  try {
    const { size } = await fs.stat(place);
    if (size > file.bytes + slack) {
      throw new DataError(`${place} holds ${bytes(size)}, expected ${bytes(file.bytes)}: it is not the official file.`);
    }
    content = await fs.readFile(place);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new FileError(`${place} cannot be read: ${(error as Error).message}.`);
  }
  for (let layer = 0; layer < mostLayers && isPacked(content); layer++) {
    content = await unzip(content, { maxOutputLength: file.bytes + slack }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ERR_BUFFER_TOO_LARGE") {
        throw new DataError(`${place} does not unpack: it is truncated or damaged.`);
      }
      throw new DataError(`${place} unpacks to more than ${bytes(file.bytes)}: it is not the official file.`);
    });
  }
  return content;
}

/** Reads from an archive what has the name and the size of an official file. */
async function unpack(archive: string, files: readonly DataFile[]): Promise<Map<string, Buffer>> {
  const members = new Map<string, Buffer>();
  const onReadEntry = (entry: tar.ReadEntry) => {
    const name = spelling(path.posix.basename(entry.path));
    const file = files.find((one) => spelling(one.name) === name && one.bytes === entry.size);
    if (!file) return;
    const chunks: Buffer[] = [];
    entry.on("data", (chunk: Buffer) => chunks.push(chunk));
    entry.on("end", () => members.set(file.name, Buffer.concat(chunks)));
  };
  try {
    await tar.list({ file: archive, strict: true, onReadEntry });
  } catch (error) {
    throw new DataError(`${archive} does not unpack: ${(error as Error).message}.`);
  }
  return members;
}

/** @returns which official file has this checksum, if any */
function knownFile(md5: string): string | undefined {
  for (const { name, source } of Object.values<DatasetInfo>(datasets)) {
    const file = source?.files.find((one) => one.md5 === md5 || one.reordered === md5);
    if (file) return `${file.name} of ${name}`;
  }
  return undefined;
}

const bytes = (count: number): string => `${count.toLocaleString("en-US")} bytes`;
