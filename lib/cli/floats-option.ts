import { Option } from "commander";
import type { FloatBits } from "../deploy/round-floats";
import { alternatives, oneOf } from "./run-input";

const names = ["32", "16", "8"] as const;

/** In how many bits a packed file holds what is not a sign. */
export const floatsOption = (): Option =>
  new Option("--floats <bits>", `bits of what stays float: ${alternatives(names)}; 32 rounds nothing`).default("16");

/** What `floatsOption` gave. */
export const floatsChoice = (text: string): FloatBits => Number(oneOf("--floats", text, names)) as FloatBits;
