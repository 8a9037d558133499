import { Resvg } from "@resvg/resvg-js";
import { fontFamily } from "../plot/font-stack";
import { fontFiles } from "../plot/fonts";
import { curveSize } from "./loss-curve-svg";
import type { Shown } from "./pictures";

/** @returns a finished curve as PNG at twice its size: web viewers empty an SVG for safety */
export function curvePicture(svg: string, text: string): Shown {
  const font = { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: fontFamily };
  const png = new Resvg(svg, { fitTo: { mode: "zoom", value: 2 }, font }).render().asPng().toString("base64");
  const alt = `Training and validation loss over the epochs. At the end, ${text}.`;
  return [{ "image/png": png, "text/plain": text }, { "image/png": { ...curveSize, alt } }];
}
