import type { DatasetContent, Split } from "./dataset";

/** What is known of a data set before it is read. */
interface DatasetFacts {
  /** What configurations and records call it. */
  readonly name: string;
  readonly imageSize: number;
  readonly channels: number;
  /** In the order of the labels. */
  readonly classNames: readonly string[];
  /** The byte that stands for full brightness. */
  readonly maxValue: number;
  /** Images of each split. */
  readonly train: number;
  readonly validation: number;
  readonly test: number;
  readonly licence: string;
  readonly homepage: string;
}

/** A data set that the kit brings or draws. */
export interface LocalInfo extends DatasetFacts {
  readonly origin: "embedded" | "generated";
  /** @throws DataError if an embedded file is missing or damaged */
  readonly read: () => Promise<DatasetContent> | DatasetContent;
  /** SHA-256 over pixels and labels of training, validation and test; another is found by `binvit data verify`. */
  readonly sha256: string;
  readonly source?: undefined;
}

/** A data set read from files its authors publish. */
export interface OfficialInfo extends DatasetFacts {
  readonly source: Source;
}

/** All of a data set: one file of `sets/` gives one. */
export type DatasetInfo = LocalInfo | OfficialInfo;

/** Where a data set is published, and the official files it consists of. */
export interface Source {
  /** Base address, with a slash at the end. */
  readonly url: string;
  /** One `.tar.gz` archive, or the files themselves as `.gz`. */
  readonly downloads: readonly Download[];
  /** Folder inside the archive; empty where there is no archive. */
  readonly subfolder: string;
  readonly format: FileFormat;
  /** Training files in order, then the test files. */
  readonly files: readonly DataFile[];
}

/** A file as its authors publish it: an address below `Source.url`, and the MD5 they or their users state for it. */
export interface Download {
  readonly name: string;
  readonly md5: string;
}

/** A file that is read, uncompressed. */
export interface DataFile {
  readonly name: string;
  readonly bytes: number;
  /** As authors publish it, or (CIFAR) as others who check the unpacked files state it, e.g. rai-project/dldataset. */
  readonly md5: string;
  /** Of the same file in a known copy that holds the official images of each split in another order. */
  readonly reordered?: string;
}

/** How official files hold images and labels. */
export interface FileFormat {
  /** How many of a source's files, at their end, hold the test images. */
  readonly testFiles: number;
  /** Reads the images of some files; `content` gives one whole, with its checksum checked. */
  readonly read: (
    info: Pick<DatasetFacts, "imageSize">,
    content: (file: DataFile) => Promise<Buffer>,
    files: readonly DataFile[],
  ) => Promise<Split>;
}
