import type { Random } from "../../lib/base/random";

/** One way to damage something. */
type Damage<T> = (value: T, random: Random) => T;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.integer(list.length)];

/** A file after one to three damages to its bytes: flips, cuts, gaps, repetitions, insertions, runs of one byte. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let left = 1 + random.integer(3); left > 0; left--) result = pick(random, byteDamages)(result, random);
  return result;
}

const byteDamages: readonly Damage<Buffer>[] = [flip, flip, flip, cut, gap, repeat, insert, flood];

function flip(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
  return bytes;
}

function cut(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(0, random.integer(bytes.length + 1));
}

function gap(bytes: Buffer, random: Random): Buffer {
  const from = random.integer(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 1 + random.integer(64))]);
}

function repeat(bytes: Buffer, random: Random): Buffer {
  const from = random.integer(bytes.length + 1);
  const to = from + random.integer(64);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
}

function insert(bytes: Buffer, random: Random): Buffer {
  const at = random.integer(bytes.length + 1);
  const noise = Buffer.from(Array.from({ length: 1 + random.integer(8) }, () => random.integer(256)));
  return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
}

function flood(bytes: Buffer, random: Random): Buffer {
  const from = random.integer(bytes.length + 1);
  return bytes.fill(pick(random, [0, 0xff, 0x22, 0x5b]), from, Math.min(bytes.length, from + 1 + random.integer(32)));
}

const oddNames = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "",
  " ",
  "0",
  "-1",
  "a\nb",
  "名前",
  "<b>",
  "x".repeat(9000),
];
const oddValues = [
  null,
  true,
  0,
  -1,
  1.5,
  65_536,
  44_444_444,
  2 ** 53,
  1e308,
  "",
  "x",
  "Infinity",
  [],
  {},
  [[]],
  { a: 1 },
];
/** What JSON.stringify never writes. */
const oddTexts = [
  "1e999",
  "-0",
  "00",
  "NaN",
  "\u0000",
  '"\ud800"',
  "1".repeat(400),
  "[".repeat(200_000),
  "[".repeat(200_000) + "]".repeat(200_000),
  '{"a":'.repeat(5000),
];

/** The text of a JSON file after one to three damages to what it says, or to how it says it. */
export function mutateJson(text: string, random: Random): string {
  const value: unknown = JSON.parse(text);
  for (let left = 1 + random.integer(3); left > 0; left--) mutateValue(value, random);
  const written = JSON.stringify(value);
  if (random.integer(4) > 0) return written;
  const members = [...written.matchAll(/("[\w./+-]+":)(?:-?\d[\d.e+-]*|"[^"\\]*"|true|false|null)(?=[,}])/g)];
  if (members.length === 0) return pick(random, oddTexts);
  const { index = 0, 0: member, 1: key } = pick(random, members);
  const end = index + member.length;
  // Either a key stands twice, or a value is what no program writes.
  const odd = random.integer(2) === 0 ? JSON.stringify(pick(random, oddValues)) : pick(random, oddTexts);
  return random.integer(2) === 0
    ? `${written.slice(0, index)}${key}${odd},${written.slice(index)}`
    : `${written.slice(0, index)}${key}${odd}${written.slice(end)}`;
}

type Holder = Record<string, unknown>;

/** Changes one place anywhere within a parsed value. */
function mutateValue(value: unknown, random: Random): void {
  const holders = holdersIn(value).filter((holder) => Object.keys(holder).length > 0);
  if (holders.length === 0) return;
  const holder = pick(random, holders);
  const key = pick(random, Object.keys(holder));
  const damage = pick(random, [replace, replace, nudge, remove, rename, add, swap]);
  damage(holder, key, random);
}

function holdersIn(value: unknown): Holder[] {
  if (typeof value !== "object" || value === null) return [];
  return [value as Holder, ...Object.values(value).flatMap(holdersIn)];
}

const define = (holder: Holder, key: string, value: unknown) =>
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });

function replace(holder: Holder, key: string, random: Random): void {
  define(holder, key, structuredClone(pick(random, oddValues)));
}

/** Another value of the same type; texts that hold JSON are changed within. */
function nudge(holder: Holder, key: string, random: Random): void {
  const value = holder[key];
  if (typeof value === "number")
    define(holder, key, pick(random, [value + 1, -value, value * 2, value / 2, value * 1e9]));
  else if (typeof value === "boolean") define(holder, key, !value);
  else if (typeof value === "string" && isJson(value)) define(holder, key, mutateJson(value, random));
  else if (typeof value === "string") define(holder, key, mutateBytes(Buffer.from(value), random).toString());
  else replace(holder, key, random);
}

function isJson(text: string): boolean {
  try {
    return text.startsWith("{") && typeof JSON.parse(text) === "object";
  } catch {
    return false; // it has been damaged before
  }
}

function remove(holder: Holder, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

function rename(holder: Holder, key: string, random: Random): void {
  const value = holder[key];
  remove(holder, key);
  define(holder, Array.isArray(holder) ? String(holder.length) : pick(random, oddNames), value);
}

function add(holder: Holder, key: string, random: Random): void {
  define(holder, Array.isArray(holder) ? String(holder.length) : pick(random, oddNames), structuredClone(holder[key]));
}

function swap(holder: Holder, key: string, random: Random): void {
  const other = pick(random, Object.keys(holder));
  const value = holder[key];
  define(holder, key, holder[other]);
  define(holder, other, value);
}

/** A safetensors file whose header was changed as JSON, its length as well. */
export function mutateHeader(file: Uint8Array, random: Random): Uint8Array {
  const bytes = Buffer.from(file);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = Buffer.from(mutateJson(bytes.toString("utf8", 8, end), random));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(
    pick(random, [BigInt(header.length), BigInt(header.length), BigInt(header.length), 0n, 2n ** 64n - 1n]),
  );
  return Buffer.concat([length, header, bytes.subarray(end)]);
}
