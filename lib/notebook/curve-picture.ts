import { svgToPng } from "../plot/export";
import { curveSize } from "./loss-curve-svg";
import type { Shown } from "./pictures";

/** @returns a finished curve as PNG at twice its size: web viewers empty an SVG for safety */
export function curvePicture(svg: string, title: string, text: string): Shown {
  const png = svgToPng(svg).toString("base64");
  const alt = `${title}. At the end, ${text}.`;
  return [{ "image/png": png, "text/plain": text }, { "image/png": { ...curveSize, alt } }];
}
