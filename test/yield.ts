import { afterEach } from "vitest";

// Tests that compute without a pause would keep vitest's messages waiting until it takes their process for lost.
afterEach(() => new Promise((resolve) => setImmediate(resolve)));
