import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import { type Canvas, createCanvas } from "@napi-rs/canvas";
import { JSDOM, VirtualConsole } from "jsdom";
import { PlotError } from "../base/errors";
import { Random } from "../base/random";
import { clientRect } from "./client-rect";
import type { Figure } from "./figure";
import { pathLength, pointAtLength } from "./path-length";

/** Draws a figure in a document without a browser. */
export interface PlotlyWindow {
  /** @returns the drawing as SVG text, as Plotly writes it */
  draw(figure: Figure): Promise<string>;
}

/** The few members of Plotly's global that are used, as seen inside the window. */
interface PlotlyGlobal {
  newPlot(div: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  purge(div: Element): void;
  Snapshot: { toSVG(div: Element, format: "svg"): string };
}

/** What is set on the window before Plotly's script runs in it. */
interface Patched {
  Math: Math;
  URL: { createObjectURL?: () => string };
  CSS?: { supports(name: string, value: string): boolean };
  Element: { prototype: Element };
  SVGElement: { prototype: SVGElement };
  HTMLCanvasElement: { prototype: HTMLCanvasElement };
  JSON: JSON;
  Plotly: PlotlyGlobal;
}

/**
 * Opens a document with Plotly in it; takes about a second.
 *
 * The document has its own JavaScript realm, so nothing of it (`window`, `document`, a seeded `Math.random`) is seen
 * by the caller. jsdom lays nothing out: text is measured by `clientRect`, heatmaps are painted by @napi-rs/canvas.
 *
 * @returns the window, to be used again for every figure
 */
export function openPlotlyWindow(): PlotlyWindow {
  const dom = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    // Unconnected: jsdom's remarks on what it lacks are not for the user.
    virtualConsole: new VirtualConsole(),
  });
  const window = dom.window as unknown as Patched;
  window.URL.createObjectURL = () => "";
  window.CSS = { supports: (name, value) => name === "image-rendering" && value === "pixelated" };
  window.Element.prototype.getBoundingClientRect = function (this: Element) {
    return domRect(clientRect(this));
  };
  Object.assign(window.SVGElement.prototype, {
    getTotalLength(this: Element) {
      return pathLength(this.getAttribute("d") ?? "");
    },
    getPointAtLength(this: Element, distance: number) {
      return pointAtLength(this.getAttribute("d") ?? "", distance);
    },
  });
  patchCanvas(window.HTMLCanvasElement.prototype);
  const file = require.resolve("plotly.js");
  new Script(readFileSync(file, "utf8"), { filename: file }).runInContext(dom.getInternalVMContext());

  const { document } = dom.window;
  return {
    async draw(figure) {
      const div = document.body.appendChild(document.createElement("div"));
      // Plotly names clip paths and the like by random numbers: a fixed start makes the same drawing every time.
      const random = new Random(0);
      window.Math.random = () => random.uniform();
      // Parsed inside, so that objects are of the window's realm and the caller's figure is never written to.
      const { data, layout } = window.JSON.parse(JSON.stringify(figure)) as Figure;
      try {
        await window.Plotly.newPlot(div, data, layout, { staticPlot: true });
        return window.Plotly.Snapshot.toSVG(div, "svg");
      } catch (error) {
        // Not left to Node: it would print the line of the script that failed, a megabyte long.
        throw new PlotError(`Plotly could not draw the figure: ${(error as Error).message}`);
      } finally {
        window.Plotly.purge(div);
        div.remove();
      }
    },
  };
}

function domRect(box: { left: number; top: number; right: number; bottom: number }): DOMRect {
  const size = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  return { ...box, ...size, toJSON: () => size };
}

function patchCanvas(prototype: HTMLCanvasElement): void {
  const canvases = new WeakMap<HTMLCanvasElement, Canvas>();
  const canvasOf = (element: HTMLCanvasElement): Canvas => {
    const canvas = canvases.get(element) ?? createCanvas(element.width, element.height);
    canvases.set(element, canvas);
    return canvas;
  };
  Object.assign(prototype, {
    getContext(this: HTMLCanvasElement, kind: string) {
      return kind === "2d" ? canvasOf(this).getContext("2d") : null;
    },
    toDataURL(this: HTMLCanvasElement) {
      return canvasOf(this).toDataURL("image/png");
    },
  });
}
