import type { Command } from "commander";
import { DataError, UsageError } from "../base/errors";
import type { DatasetInfo } from "../data/dataset-info";
import type { Progress } from "../data/fetch-file";
import { datasetNames, datasets } from "../data/sets/index";
import { interruptSignal } from "./interrupt";
import { alternatives, oneOf } from "./run-input";
import { alignedTable, StatusLine } from "./terminal";

interface DownloadFlags {
  mirror?: string;
  folder?: string;
}

const toDownload = Object.values<DatasetInfo>(datasets).flatMap(({ name, source }) => (source ? [name] : []));

const infoOf = (name: string): DatasetInfo => datasets[oneOf("<name>", name, datasetNames)];

async function list(): Promise<void> {
  const { datasetState } = await import("../data/state");
  const rows: string[][] = [];
  for (const name of datasetNames) {
    const info: DatasetInfo = datasets[name];
    const counts = [info.train, info.validation, info.test, info.classNames.length].map(String);
    const image = `${info.imageSize}x${info.imageSize}x${info.channels}`;
    rows.push([name, image, ...counts, await datasetState(info), info.licence, info.homepage]);
  }
  const titles = ["name", "image", "train", "val", "test", "classes", "state", "licence", "source"];
  console.log(alignedTable(titles, rows));
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

function progressText({ file, received, total }: Progress): string {
  const share = total ? ` of ${megabytes(total)} MB, ${Math.floor((100 * received) / total)}%` : " MB";
  return `${file}  ${megabytes(received)}${share}`;
}

async function download(name: string, { mirror, folder }: DownloadFlags): Promise<void> {
  const info = infoOf(name);
  if (info.source === undefined) {
    const { datasetState } = await import("../data/state");
    console.log(`${name} is ${await datasetState(info)}: there is nothing to download.`);
    return;
  }
  const { downloadDataset } = await import("../data/download");
  const status = new StatusLine(3);
  try {
    const onProgress = (progress: Progress) => status.update(progressText(progress));
    const onWait = (who: string) => status.done(`Waiting, since another download goes on: ${who}.`);
    const options = { mirror, folder, signal: interruptSignal(), onProgress, onWait };
    const result = await downloadDataset(info, options);
    const what = result.downloaded ? "downloaded and checked" : "already there and whole";
    console.log(`${name}: ${what}, in ${result.folder}`);
  } finally {
    status.done();
  }
}

async function verify(name: string | undefined, { folder }: DownloadFlags): Promise<void> {
  if (folder !== undefined && name === undefined) {
    throw new UsageError("--folder holds one data set: name it, e.g. `npx binvit data verify cifar10 --folder DIR`.");
  }
  const { verifyDataset } = await import("../data/verify");
  const names: readonly string[] = name === undefined ? datasetNames : [name];
  const width = Math.max(...datasetNames.map((known) => known.length));
  const failed: string[] = [];
  for (const each of names) {
    const { state, detail } = await verifyDataset(infoOf(each), folder);
    console.log(`${each.padEnd(width)}  ${state.padEnd("damaged".length)}  ${detail.replace(/\s*\n/g, " ")}`);
    if (state === "damaged" || (state === "absent" && name !== undefined)) failed.push(`${each} is ${state}`);
  }
  if (failed.length > 0) {
    throw new DataError(`${failed.join(", ")}; expected whole files with the published checksums (see above).`);
  }
}

/** Adds `binvit data list|download|verify`. */
export function registerData(program: Command): void {
  const data = program.command("data").description("list, download and verify data sets");
  data
    .command("list")
    .description("show every data set: image size, images, classes, whether it is here, licence and source")
    .addHelpText("after", "\nExample:\n  npx binvit data list")
    .action(list);
  data
    .command("download")
    .description("download a data set from its official address; an interrupted download is continued")
    .argument("<name>", alternatives(toDownload))
    .option("--mirror <url>", "base address that replaces the official one (or set BINVIT_MIRROR, see below)")
    .option("--folder <dir>", "where to put the files (default: data/downloads/<name> in the kit)")
    .addHelpText(
      "after",
      `
Every file is checked against its published checksum before it takes its place.
With BINVIT_MIRROR=URL set, and no --mirror, files come from URL/<name>/.
Proxies are used as HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY say (or in small letters).

Example:
  npx binvit data download cifar10`,
    )
    .action(download);
  data
    .command("verify")
    .description("check the files of one data set, or of all that are here, against the published checksums")
    .argument("[name]", "one data set; all if left out")
    .option("--folder <dir>", "where its files are (default: data/downloads/<name> in the kit)")
    .addHelpText("after", "\nExample:\n  npx binvit data verify cifar10 --folder ~/cifar")
    .action(verify);
}
