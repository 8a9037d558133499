import { describe, expect, test } from "vitest";
import { describeMachine, loadWarning, machineLines, processorFeatures } from "../../lib/measure/machine";

test("the instructions that matter are read from /proc/cpuinfo, on x86 and Arm", () => {
  const x86 = "processor\t: 0\nmodel name\t: X\nflags\t\t: fpu sse4_2 fma avx avx2 avx512f xsave\nbugs\t\t: none\n";
  expect(processorFeatures(x86)).toEqual(["sse4_2", "avx", "avx2", "fma", "avx512f"]);
  expect(processorFeatures("BogoMIPS\t: 50\nFeatures\t: fp asimd aes asimddp\n")).toEqual(["asimd", "asimddp"]);
  expect(processorFeatures("")).toEqual([]);
});

test("others at work are told of, by load for each core", () => {
  expect(loadWarning({ load: 0.5, cores: 2 })).toBeUndefined();
  expect(loadWarning({ load: 0.51, cores: 2 })).toMatch(/not quiet \(load 0\.5 on 2 cores\)/);
  expect(loadWarning({ load: 0.51, cores: 16 })).toBeUndefined();
});

describe("a machine", () => {
  test("is described with what runs on it", () => {
    const machine = describeMachine();
    expect(machine.cores).toBeGreaterThan(0);
    expect(machine.node).toBe(process.versions.node);
    expect(["wide", "simd", "scalar"]).toContain(machine.kernels);
  });

  test("takes two lines", () => {
    const machine = { processor: "X", features: ["avx2", "fma"], cores: 2, node: "24.0.0", load: 0 };
    expect(machineLines({ ...machine, kernels: "wide" })).toBe(
      "2 × X: avx2 fma\nNode.js 24.0.0, kernels in WebAssembly with 256-bit registers",
    );
    expect(machineLines({ ...machine, features: [], kernels: "scalar" })).toMatch(/^2 × X\n.*with no SIMD$/);
  });
});
