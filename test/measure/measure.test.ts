import { describe, expect, test } from "vitest";
import { interleave, timed } from "../../lib/measure/interleave";
import { compare } from "../../lib/measure/row";
import { spread } from "../../lib/measure/spread";

test("a spread is median, least and largest, whatever the order", () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
  expect(spread([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spread([7])).toEqual({ median: 7, min: 7, max: 7 });
});

describe("interleave", () => {
  /** Timers that claim to take the given seconds a run, and note who was called. */
  const claiming = (seconds: Record<string, number>) => {
    const calls: [string, number][] = [];
    const timers = Object.entries(seconds).map(([name, s]) => {
      const timer = async (repeats: number) => {
        calls.push([name, repeats]);
        return s * repeats;
      };
      return [name, timer] as const;
    });
    return { variants: Object.fromEntries(timers), calls };
  };

  test("runs the variants in turn, short ones repeatedly", async () => {
    const { variants, calls } = claiming({ a: 0.01, b: 0.5 });
    const seconds = await interleave(variants, 2);
    expect(calls.slice(-4)).toEqual([["a", 4], ["b", 1], ["a", 4], ["b", 1]]); // biome-ignore format: a round a pair
    expect(seconds).toEqual({ a: [0.01, 0.01], b: [0.5, 0.5] });
  });

  test("a run above a second is timed in every third round", async () => {
    const { variants, calls } = claiming({ fast: 0.1, slow: 2 });
    const seconds = await interleave(variants, 5);
    expect(seconds.slow).toEqual([2, undefined, undefined, 2, undefined]);
    expect(seconds.fast).toHaveLength(5);
    expect(calls.filter(([name]) => name === "slow")).toHaveLength(3); // one of them to warm up
  });

  test("a timer prepares before the clock starts, and awaits promises", async () => {
    const order: string[] = [];
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const time = timed(
      async () => {
        await sleep(10);
        order.push("work");
      },
      () => {
        order.push("prepare");
        const until = performance.now() + 200;
        while (performance.now() < until);
      },
    );
    const seconds = await time(2);
    expect(order).toEqual(["prepare", "work", "work"]);
    expect(seconds).toBeGreaterThan(0.015);
    expect(seconds).toBeLessThan(0.2);
  });
});

describe("a row", () => {
  const measurements = { ours: [1, 2, 4], fast: [2, 2, 2], slow: [10, undefined, undefined] };

  test("is throughput by medians, and the ratio of the rounds in which both ran", () => {
    const peers = { a: "fast", b: "slow" };
    expect(compare("training", "images/s", 64, measurements, { case: "x", ours: "ours", peers })).toEqual([
      {
        ...{ bench: "training", case: "x", peer: "a", unit: "images/s", ours: 32, theirs: 32 },
        ratio: { median: 1, min: 0.5, max: 2 },
      },
      {
        ...{ bench: "training", case: "x", peer: "b", unit: "images/s", ours: 32, theirs: 6.4 },
        ratio: { median: 10, min: 10, max: 10 },
      },
    ]);
  });

  test("of a peer that was not measured is left out", () => {
    const peers = { a: "fast", c: "absent" };
    const rows = compare("gemm", "Gop/s", 1, measurements, { case: "x", ours: "ours", peers });
    expect(rows.map((row) => row.peer)).toEqual(["a"]);
  });
});
