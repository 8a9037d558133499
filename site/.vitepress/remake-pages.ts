import { join, sep } from "node:path";
import type { Plugin } from "vitepress";
import type { MakeOptions } from "../make/make-pages";
import type { Page } from "../make/page";
import { madeFrom } from "../make/sources";
import { generate } from "./generate";

/**
 * While the site is worked on: makes the pages again when a notebook or a document changes.
 *
 * @param folder - where pages are written
 * @param options - as they were made
 * @param further - pages that stay
 */
export function remakePages(folder: string, options: MakeOptions, further: readonly Page[]): Plugin {
  const watched = madeFrom.map((path) => join(options.root, path));
  return {
    name: "binvit:remake-pages",
    apply: "serve",
    configureServer({ watcher, config }) {
      watcher.add(watched);
      watcher.on("change", (file) => {
        if (!watched.some((path) => file === path || file.startsWith(path + sep))) return;
        try {
          generate(folder, options, further);
        } catch (error) {
          config.logger.error((error as Error).message); // half a notebook, most often: the next change repairs it
        }
      });
    },
  };
}
