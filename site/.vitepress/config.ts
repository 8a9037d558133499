import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UserConfig } from "vitepress";
import type { Page } from "../make/page";
import { recordedFigures } from "../make/recorded-figures";
import { en } from "../texts/en";
import { generate } from "./generate";
import { libraryPages } from "./library-pages";
import { markdown } from "./markdown";
import { onwarn } from "./onwarn";
import { remakePages } from "./remake-pages";

const site = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Where the site will be, with slashes at both ends: `/binvit/` on GitHub Pages of a project. */
const base = process.env.BINVIT_SITE_BASE || "/";

/** Where the repository can be read; without it, links to files that are no pages are plain text. */
const repository = process.env.BINVIT_SITE_REPOSITORY?.replace(/\/+$/, "") || undefined;

const icon =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 4'><path fill='%230072b2' " +
  "d='M0 0h4v4H0z'/><path fill='white' d='M0 0h1v1H0zM2 0h1v1H2zM1 1h2v1H1zM0 2h1v1H0zM3 2h1v2H3zM1 3h1v1H1z'/></svg>";

/** A line of the sidebar. */
interface Link {
  readonly text: string;
  readonly link: string;
}

export default async (): Promise<UserConfig> => {
  const root = join(site, "..");
  const options = { root, repository, texts: en, figures: recordedFigures(root) };
  const library = await libraryPages(root, join(site, "generated-library"));
  const pages = generate(join(site, "generated"), options, library);
  const group = (name: Page["group"], ...further: Link[]) => ({
    text: en[name],
    items: [
      ...pages.filter((page) => page.group === name).map(({ title, link }) => ({ text: title, link })),
      ...further,
    ],
  });
  return {
    title: "binvit",
    description: "1-bit vision transformers that keep floating-point scaling factors: notebooks, documents, figures",
    base,
    head: [["link", { rel: "icon", href: icon }]],
    // Pages written by hand and pages made are both at the root of the site.
    rewrites: { "pages/:page(.*)": ":page", "generated/:page(.*)": ":page" },
    srcExclude: ["generated/parts/**", "generated-library/**", "README.md"],
    outDir: "./dist",
    locales: { root: { label: "English", lang: "en" } },
    markdown,
    vite: {
      publicDir: join(site, "generated", "public"),
      build: { chunkSizeWarningLimit: 2000, rollupOptions: { onwarn } },
      worker: { format: "es" },
      // Pages are first drawn by Node, which would take the engine as CommonJS.
      resolve: { alias: { "binvit/engine": join(root, "lib", "dist", "esm", "engine.js") } },
      plugins: [remakePages(join(site, "generated"), options, library)],
    },
    themeConfig: {
      // Five entries, because more do not fit beside the sidebar of a narrow screen.
      nav: [
        { text: en.notebooks, link: "/notebooks/", activeMatch: "^/notebooks/" },
        { text: en.draw, link: "/draw" },
        { text: en.picture, link: "/picture" },
        { text: en.train, link: "/train" },
        {
          text: en.more,
          activeMatch: "^/docs/",
          items: [
            { text: en.machines, link: "/machines" },
            { text: en.records, link: "/records" },
            { text: en.documents, link: firstOf(pages, "documents"), activeMatch: "^/docs/" },
            { text: en.kit, link: firstOf(pages, "kit") },
            ...(repository ? [{ text: en.repository, link: repository }] : []),
          ],
        },
      ],
      // The library's parts are many: they have a sidebar of their own, and one line in that of all other pages.
      sidebar: {
        "/api/": [group("library"), group("kit")],
        "/": [
          group("notebooks"),
          group("documents"),
          group("kit", { text: en.library, link: firstOf(pages, "library") }),
        ],
      },
      outline: [2, 3],
      search: { provider: "local" },
    },
  };
};

const firstOf = (pages: readonly Page[], wanted: Page["group"]): string =>
  pages.find(({ group }) => group === wanted)!.link;
