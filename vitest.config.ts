import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Loading the library and its packages takes longer than most files' tests, so that the files of one worker share what is
// loaded: no file may leave a setting, a mock or a registered name behind.

/** Those that replace modules for their imports, or add methods: each gets modules of its own. */
const isolated = [
  "test/cli/diagnose-in-part.test.ts",
  "test/binarize/{attention,check-method,own-slope,registry}.test.ts",
  "test/deploy/{methods,packed-reader}.test.ts",
  "test/kernels/wide.test.ts",
  "test/kit/public-face.test.ts",
  "test/notebook/display.test.ts",
  "test/onnx/methods.test.ts",
  "test/study/estimate.test.ts",
  "test/train/{gradient,identity,progress,start}.test.ts",
];

export default defineConfig({
  resolve: { alias: { binvit: fileURLToPath(new URL("./lib/index.ts", import.meta.url)) } },
  test: {
    setupFiles: ["test/set-up.ts"],
    pool: "forks",
    poolOptions: { forks: { maxForks: 2, isolate: false } },
    testTimeout: 60_000,
    hookTimeout: 180_000, // some train a study first, on a machine that may be busy
    projects: [
      { extends: true, test: { name: "shared", include: ["test/**/*.test.ts"], exclude: isolated } },
      {
        extends: true,
        test: { name: "isolated", include: isolated, poolOptions: { forks: { isolate: true } } },
      },
    ],
  },
});
