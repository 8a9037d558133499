import { expect, test } from "vitest";
import { RunQueue } from "../../lib/study/run-queue";

interface Item {
  readonly name: string;
  readonly needs: readonly Item[];
}
const item = (name: string, ...needs: Item[]): Item => ({ name, needs });
const [a, before] = [item("a"), item("before")];
const b = item("b", a);
const c = item("c", b, before);
const d = item("d");
const lost: string[] = [];
const queue = () => {
  lost.length = 0;
  return new RunQueue([c, b, a, d], (one, needed) => lost.push(`${one.name} by ${needed.name}`));
};

test("a queue hands out what is ready, and waits for what is not", async () => {
  const waiting = queue();
  expect([await waiting.next(), await waiting.next()]).toEqual([a, d]);
  let next: Item | undefined;
  const handed = waiting.next().then((one) => (next = one));
  waiting.done(d);
  await new Promise(setImmediate);
  expect(next).toBeUndefined();
  waiting.done(a);
  await handed;
  expect(next).toBe(b);
  waiting.done(b);
  expect(await waiting.next()).toBe(c); // what is not in the queue was done before
  expect(await waiting.next()).toBeUndefined();
  expect(lost).toEqual([]);
});

test("what needs something that failed is lost with it, and nobody waits for it", async () => {
  const waiting = queue();
  expect([await waiting.next(), await waiting.next()]).toEqual([a, d]);
  const ends = [waiting.next(), waiting.next()];
  waiting.failed(a);
  expect(await Promise.all(ends)).toEqual([undefined, undefined]);
  expect(lost).toEqual(["b by a", "c by b"]);
});
