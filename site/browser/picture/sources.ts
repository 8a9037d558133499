import { middleSquare } from "./squares";

/** What an emoji's square has behind it: where such things are on photographs. */
const grounds = { sky: "#a9cfee", road: "#8d8d88", grass: "#7d9a5b", water: "#5c86a6", room: "#c9b79c" } as const;

/** An emoji for each class of CIFAR-10, on its ground. */
const letters: Readonly<Record<string, readonly [letter: string, ground: keyof typeof grounds]>> = {
  airplane: ["✈️", "sky"],
  automobile: ["🚗", "road"],
  bird: ["🐦", "sky"],
  cat: ["🐱", "room"],
  deer: ["🦌", "grass"],
  dog: ["🐶", "room"],
  frog: ["🐸", "grass"],
  horse: ["🐎", "grass"],
  ship: ["🚢", "water"],
  truck: ["🚚", "road"],
};

/** Side of what is drawn here, pixels. */
const side = 256;

/** A ship at sea, of a few shapes: something to look at before a picture is chosen. */
export function drawnShip(): ImageData {
  const context = square(side);
  const shapes: readonly [color: string, ...corners: readonly (readonly [x: number, y: number])[]][] = [
    ["#bcd6ea", [0, 0], [256, 0], [256, 150], [0, 150]],
    ["#3f6b8c", [0, 150], [256, 140], [256, 256], [0, 256]],
    ["#e8e4da", [84, 104], [176, 104], [176, 132], [84, 132]],
    ["#e8e4da", [104, 80], [150, 80], [150, 104], [104, 104]],
    ["#b5442f", [116, 50], [138, 50], [138, 80], [116, 80]],
    ["#2b3440", [36, 130], [224, 130], [200, 172], [58, 172]],
    ["#8d2f24", [52, 161], [206, 161], [200, 172], [58, 172]],
  ];
  for (const [color, ...corners] of shapes) {
    context.fillStyle = color;
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(x, y);
    context.fill();
  }
  return context.getImageData(0, 0, side, side);
}

/** Whether the reader's system draws emoji in colours; without such a font they are outlines or empty boxes. */
export function hasEmoji(): boolean {
  const context = square(16);
  context.font = "14px sans-serif";
  context.fillText(emojiLetter("frog"), 0, 14);
  const { data } = context.getImageData(0, 0, 16, 16);
  return data.some((value, i) => i % 4 === 1 && value > data[i - 1] + 40); // more green than red somewhere
}

/** @returns a class's emoji as the reader's system draws it */
export function emojiOf(name: string): ImageData {
  const context = square(side);
  const [letter, ground] = letters[name] ?? ["?", "room"];
  context.fillStyle = grounds[ground];
  context.fillRect(0, 0, side, side);
  context.font = `${0.75 * side}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, side / 2, 0.53 * side);
  return context.getImageData(0, 0, side, side);
}

/** @returns a class's emoji, or its name */
export const emojiLetter = (name: string): string => letters[name]?.[0] ?? name;

/**
 * The middle square of a picture that the reader chose.
 *
 * @param size - of the result, pixels
 * @throws DOMException if it is no picture
 */
export async function fromFile(file: Blob, size: number): Promise<ImageData> {
  const picture = await createImageBitmap(file);
  const { x, y, size: from } = middleSquare(picture.width, picture.height);
  const context = square(size);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, x, y, from, from, 0, 0, size, size);
  picture.close();
  return context.getImageData(0, 0, size, size);
}

function square(size: number): CanvasRenderingContext2D {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [size, size];
  return canvas.getContext("2d", { willReadFrequently: true })!;
}
