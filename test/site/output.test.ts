import { expect, test } from "vitest";
import { outputPiece } from "../../site/make/output";

/** The head of a PNG file of 3 × 2 pixels: all that is read of it. */
const png = Buffer.from("89504e470d0a1a0a0000000d4948445200000003000000020802000000", "hex");
const link = "/pictures/03/cell-08";
const display = (data: Record<string, unknown>, metadata: Record<string, unknown> = {}) =>
  outputPiece({ output_type: "display_data", data, metadata }, link);

test("text is shown as it was printed, and is no markup", () => {
  const { markdown } = outputPiece(
    { output_type: "stream", name: "stdout", text: "a < b && {{c}}\n\n\u001b[31md\u001b[0m\n" },
    link,
  );
  expect(markdown).toBe('<pre class="output" v-pre>a &lt; b &amp;&amp; {{c}}\n\nd</pre>');
  expect(display({ "text/plain": "" }).markdown).toBe("");
});

test("a table scrolls in itself, on one line of Markdown, and its empty corner is no heading", () => {
  const html = '<table><tr>\n\n<th style="text-align:left"></th><th>a</th></tr></table>';
  expect(display({ "text/html": html, "text/plain": "1" }).markdown).toBe(
    '<div class="table-scroll output" v-pre><table><tr> <td style="text-align:left"></td><th>a</th></tr></table></div>',
  );
});

test("a figure is its picture, with words and size, and what Plotly draws", () => {
  const figure = { data: [{ type: "scatter" }], layout: { width: 900 }, config: { displaylogo: false } };
  const { markdown, files } = display(
    { "application/vnd.plotly.v1+json": figure, "image/png": png.toString("base64"), "text/plain": "Words." },
    { "image/png": { alt: 'α < "β".', width: 900, height: 557 } },
  );
  expect(markdown).toBe(
    `<PlotFigure src="${link}.png" specification="${link}.json" alt="α &lt; &quot;β&quot;." :width="900" :height="557" />`,
  );
  expect(files.map(({ path }) => path)).toEqual([`public${link}.png`, `public${link}.json`]);
  expect(Buffer.from(files[0].content).equals(png)).toBe(true);
  expect(JSON.parse(files[1].content as string)).toEqual({ data: figure.data, layout: figure.layout });
});

test("a picture alone has the words of its text, and its own size", () => {
  const { markdown, files } = display({ "image/png": png.toString("base64"), "text/plain": "A loss\ncurve." });
  expect(markdown).toBe(`<PlotFigure src="${link}.png" alt="A loss curve." :width="3" :height="2" />`);
  expect(files).toHaveLength(1);
});

test("what a page cannot show is refused by its kind", () => {
  expect(() => display({ "application/x-own": 1 })).toThrow("an output has application/x-own, and image/png");
  expect(() => display({ "text/html": "<script>1</script>" })).toThrow("HTML that is no table");
});
