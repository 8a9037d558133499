import type { LayoutAxis } from "plotly.js";
import type { Figure } from "./figure";

/**
 * What a figure shows, for those who cannot see it: its heading and what its axes measure.
 *
 * @returns sentences without markup; of the layout as it is, whoever changed it
 */
export function describe({ layout, caption }: Figure): string {
  const [title = "", ...below] = textOf(layout.title).split(/\s*<br\s*\/?>\s*/);
  const axes = Object.entries(layout).flatMap(([name, axis]) => {
    const text = /^[xy]axis\d*$/.test(name) ? plain(textOf((axis as Partial<LayoutAxis>).title)) : "";
    return text ? [`${name.startsWith("x") ? "horizontal" : "vertical"}: ${text}`] : [];
  });
  const explained = plain(below.join(" ")) || (title ? "" : (caption ?? ""));
  const sentences = [plain(title), explained, sentence([...new Set(axes)].join(", "))];
  return sentences.filter(Boolean).map(ended).join(" ") || "A figure.";
}

const textOf = (title: unknown): string =>
  typeof title === "string" ? title : ((title as { text?: string } | undefined)?.text ?? "");

const entities: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' };

const plain = (markup: string): string =>
  markup
    .replace(/<[^>]*>/g, " ")
    .replace(/&(lt|gt|amp|quot);/g, (entity) => entities[entity])
    .replace(/\s+/g, " ")
    .trim();

const sentence = (text: string): string => text && `Axes, ${text}`;

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
