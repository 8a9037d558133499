import { expect, test } from "vitest";
import { onwarn } from "../../site/.vitepress/onwarn";

const annotation = { code: "INVALID_ANNOTATION", message: "A comment cannot be interpreted." };
const externalized = (by: string) => ({
  message: `Module "perf_hooks" has been externalized for browser compatibility, imported by "${by}". See the guide.`,
});

test.each([
  ["a comment in a package", { ...annotation, id: "/kit/node_modules/zod/util.js" }, false],
  ["a comment of our own", { ...annotation, id: "/kit/lib/dist/esm/engine.js" }, true],
  ["what TypeScript needs in Node", externalized("/kit/site/node_modules/typescript/lib/typescript.js"), false],
  ["what a page of ours needs in Node", externalized("/kit/site/browser/records.ts"), true],
  ["anything else", { code: "CIRCULAR_DEPENDENCY", message: "Circular dependency" }, true],
])("of %s the one who builds the site hears: %o %s", (_, warning, isHeard) => {
  const heard: unknown[] = [];
  onwarn(warning, (one) => heard.push(one));
  expect(heard).toEqual(isHeard ? [warning] : []);
});
