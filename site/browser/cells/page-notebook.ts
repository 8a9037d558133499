import { reactive } from "vue";
import { PageNotebook } from "./notebook";

/** The cells of the page that is shown. */
export const pageNotebook = new PageNotebook(
  () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }),
  reactive({}),
);
