import { Path2D, type SKRSContext2D } from "@napi-rs/canvas";
import { BinvitError } from "../base/errors";
import { parseTransform } from "./client-rect";
import { property, textRuns } from "./text-box";

/** What elements take from those around them. */
const inherited = [
  "fill",
  "fill-opacity",
  "fill-rule",
  "stroke",
  "stroke-opacity",
  "stroke-width",
  "stroke-miterlimit",
];

type Look = Readonly<Record<string, string>>;

const initial: Look = { fill: "#000000", stroke: "none", "stroke-width": "1", "stroke-miterlimit": "4" };

/**
 * Draws an SVG of Plotly's on a canvas: the parts of SVG that its charts are made of, which are few.
 *
 * @param root - the `<svg>` element
 * @param canvas - scaled to the drawing's own units
 * @param families - of the fonts for all text, the first one first
 * @throws BinvitError if there is an element that it does not know, such as `<image>`
 */
export function drawSvg(root: Element, canvas: SKRSContext2D, families: readonly string[]): void {
  const clips = new Map([...root.querySelectorAll("clipPath")].map((clip) => [clip.id, clip]));
  const fonts = families.map((family) => `"${family}"`).join(", ");

  const draw = (element: Element, around: Look): void => {
    if (property(element, "display") === "none" || property(element, "visibility") === "hidden") return;
    const look = { ...around };
    for (const name of inherited) look[name] = property(element, name) || around[name];
    canvas.save();
    canvas.transform(...parseTransform(element.getAttribute("transform") ?? ""));
    clip(element);
    canvas.globalAlpha *= Number(property(element, "opacity") || 1);
    if (isGroup(element)) for (const child of element.children) draw(child, look);
    else if (element.tagName === "text") write(element, look);
    else paint(element, look);
    canvas.restore();
  };

  const clip = (element: Element): void => {
    const [, id] = /url\(["']?#([^"')]+)/.exec(property(element, "clip-path")) ?? [];
    if (id === undefined) return;
    const area = new Path2D();
    for (const shape of clips.get(id)?.children ?? []) area.addPath(outline(shape));
    canvas.clip(area);
  };

  const paint = (element: Element, look: Look): void => {
    const path = outline(element);
    inColor(look.fill, look["fill-opacity"], (color) => {
      canvas.fillStyle = color;
      canvas.fill(path, look["fill-rule"] === "evenodd" ? "evenodd" : "nonzero");
    });
    const width = Number.parseFloat(look["stroke-width"]);
    if (!(width > 0)) return;
    inColor(look.stroke, look["stroke-opacity"], (color) => {
      canvas.strokeStyle = color;
      canvas.lineWidth = width;
      canvas.miterLimit = Number(look["stroke-miterlimit"]);
      const dashes = property(element, "stroke-dasharray");
      canvas.setLineDash(dashes && dashes !== "none" ? dashes.split(/[\s,]+/).map(Number.parseFloat) : []);
      canvas.stroke(path);
    });
  };

  const write = (text: Element, look: Look): void => {
    for (const { characters, style, left, baseline, element } of textRuns(text)) {
      const own = (name: string) => ownOf(element, text, name) || look[name];
      inColor(own("fill"), own("fill-opacity"), (color) => {
        canvas.fillStyle = color;
        canvas.font = `${style.italic ? "italic " : ""}${style.bold ? "bold " : ""}${style.size}px ${fonts}`;
        canvas.fontKerning = "none"; // as it was measured
        canvas.fillText(characters, left, baseline);
      });
    }
  };

  const inColor = (color: string, opacity: string | undefined, use: (color: string) => void): void => {
    if (color === "none" || color === "transparent") return;
    const before = canvas.globalAlpha;
    canvas.globalAlpha = before * Number(opacity || 1);
    if (canvas.globalAlpha > 0) use(color);
    canvas.globalAlpha = before;
  };

  for (const child of root.children) draw(child, initial);
}

/** What is said of a property by an element or those around it, as far as its text goes. */
function ownOf(element: Element, text: Element, name: string): string {
  for (let at: Element | null = element; at && at !== text.parentElement; at = at.parentElement) {
    const value = property(at, name);
    if (value) return value;
  }
  return "";
}

function isGroup({ tagName }: Element): boolean {
  return ["g", "svg", "a"].includes(tagName);
}

/** The path of a shape, in the coordinates around it. */
function outline(shape: Element): Path2D {
  const number = (name: string) => Number.parseFloat(shape.getAttribute(name) ?? "0");
  if (shape.tagName === "path") return new Path2D(shape.getAttribute("d") ?? "");
  const path = new Path2D();
  if (shape.tagName === "rect")
    path.roundRect(number("x"), number("y"), number("width"), number("height"), number("rx"));
  else if (shape.tagName !== "defs") {
    throw new BinvitError(`A PDF cannot hold <${shape.tagName}> of this figure. Write it as SVG or PNG.`);
  }
  return path;
}
