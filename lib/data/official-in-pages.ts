import { DataError } from "../base/errors";
import type { DatasetContent } from "./dataset";
import type { OfficialInfo } from "./dataset-info";

/** What takes the place of official.ts in a page, which keeps no downloads. */
export const readOfficial = ({ name }: OfficialInfo): Promise<DatasetContent> =>
  Promise.reject(
    new DataError(`A page keeps no downloads, so it has no ${name}: run this with Node. It has digits and shapes.`),
  );
