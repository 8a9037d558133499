import { onDark } from "../dark";
import { fontStack } from "../font-stack";
import { plain } from "../plain-text";

/** What a diagram is drawn on. */
export interface DiagramLook {
  readonly isDark?: boolean;
}

/** Where text stands at its point, and how it looks. */
interface TextLook {
  readonly anchor?: "start" | "middle" | "end";
  readonly size?: number;
  readonly color?: string;
  readonly bold?: boolean;
  readonly mono?: boolean;
}

interface BoxLook {
  readonly fill?: string;
  readonly stroke?: string;
  readonly dashed?: boolean;
  readonly radius?: number;
}

type Point = readonly [x: number, y: number];

export const grey = { text: "#222222", soft: "#666666", line: "#666666", fill: "#f2f2f2" } as const;

/** A drawing of boxes, arrows and words, written as SVG; a point is a pixel, from the upper left. */
export class Canvas {
  private readonly parts: string[] = [];

  /**
   * @param width - pixels
   * @param height - pixels
   * @param title - read to those who do not see it
   * @param description - what is to be seen, in a sentence or two
   * @param look - colours are written for white, and turned round for a dark ground
   */
  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly title: string,
    private readonly description: string,
    private readonly look: DiagramLook = {},
  ) {}

  box(x: number, y: number, width: number, height: number, box: BoxLook = {}): void {
    const { fill = "none", stroke = grey.line, dashed = false, radius = 6 } = box;
    this.parts.push(
      `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${this.color(fill)}" ` +
        `stroke="${this.color(stroke)}" stroke-width="1.5"${dashed ? ' stroke-dasharray="5 4"' : ""}/>`,
    );
  }

  text(x: number, y: number, content: string, text: TextLook = {}): void {
    const { anchor = "middle", size = 15, color = grey.text, bold = false, mono = false } = text;
    this.parts.push(
      `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${this.color(color)}"` +
        `${bold ? ' font-weight="bold"' : ""}${mono ? ' font-family="DejaVu Sans Mono, monospace"' : ""}>${plain(content)}</text>`,
    );
  }

  /** A line through points, x and y in turn; an arrow unless `head` is false. */
  arrow(
    coordinates: readonly number[],
    { color = grey.line as string, head = true, dashed = false, width = 1.8 } = {},
  ): void {
    const points = coordinates.flatMap((x, i): Point[] => (i % 2 === 0 ? [[x, coordinates[i + 1]]] : []));
    const path = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x} ${y}`).join("");
    const dash = dashed ? ' stroke-dasharray="5 4"' : "";
    this.parts.push(`<path d="${path}" fill="none" stroke="${this.color(color)}" stroke-width="${width}"${dash}/>`);
    if (head) this.parts.push(this.head(points[points.length - 2], points[points.length - 1], color));
  }

  circle(x: number, y: number, radius: number, { fill = "#ffffff", stroke = grey.line as string } = {}): void {
    this.parts.push(
      `<circle cx="${x}" cy="${y}" r="${radius}" fill="${this.color(fill)}" stroke="${this.color(stroke)}" stroke-width="1.5"/>`,
    );
  }

  /** @returns the text of an SVG file */
  svg(): string {
    const { width, height } = this;
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
        `role="img" font-family="${fontStack}">`,
      `<title>${plain(this.title)}</title>`,
      `<desc>${plain(this.description)}</desc>`,
      `<rect width="${width}" height="${height}" fill="${this.color("#ffffff")}"/>`,
      ...this.parts,
      "</svg>\n",
    ].join("\n");
  }

  private head([x0, y0]: Point, [x1, y1]: Point, color: string): string {
    const length = Math.hypot(x1 - x0, y1 - y0);
    const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
    const corner = (side: number) =>
      `${(x1 - 9 * ux - 4.5 * side * uy).toFixed(1)} ${(y1 - 9 * uy + 4.5 * side * ux).toFixed(1)}`;
    return `<path d="M${x1} ${y1}L${corner(1)}L${corner(-1)}Z" fill="${this.color(color)}"/>`;
  }

  private color(color: string): string {
    return this.look.isDark ? onDark(color) : color;
  }
}
