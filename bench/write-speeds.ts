/**
 * Puts the speeds of data/results/bench*.json into README's tables. After `npx binvit bench --json …` (README says how):
 * `npx vite-node bench/write-speeds.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { withRecordedSpeeds } from "./recorded-speeds";

writeFileSync("README.md", withRecordedSpeeds(readFileSync("README.md", "utf8"), "data/results"));
