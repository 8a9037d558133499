import { expect, test } from "vitest";
import { readKernels } from "../../lib/kernels/read";

// Sections that claim memory: 9 elements of a table, 11 data, 12 their count. The module works in the memory of
// TensorFlow.js, where its own data would overwrite that library's.
test("the module brings no data of its own", () => {
  const bytes = readKernels();
  const sections: number[] = [];
  for (let at = 8; at < bytes.length; ) {
    sections.push(bytes[at++]);
    let [length, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      more = (bytes[at] & 0x80) !== 0;
      length += (bytes[at++] & 0x7f) * 2 ** shift;
    }
    at += length;
  }
  expect(sections).toContain(10); // code
  for (const id of [9, 11, 12]) expect(sections).not.toContain(id);
});
