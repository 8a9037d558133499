import { type Dirent, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type FontFile, readFontFile } from "./font-file";

/** Where operating systems and their users keep fonts. */
const systemFolders = [
  "/usr/share/fonts",
  "/usr/local/share/fonts",
  join(homedir(), ".local", "share", "fonts"),
  join(homedir(), ".fonts"),
  "/System/Library/Fonts",
  "/Library/Fonts",
  join(homedir(), "Library", "Fonts"),
  join(process.env.WINDIR ?? "C:\\Windows", "Fonts"),
  join(process.env.LOCALAPPDATA ?? homedir(), "Microsoft", "Windows", "Fonts"),
];

/**
 * Finds fonts for letters that DejaVu does not have: first Kosugi Maru, which comes with the kit and has the letters of
 * Japanese (JIS X 0208), then those of the machine.
 */
export class FurtherFonts {
  private readonly found = new Map<number, FontFile | undefined>();
  private files?: readonly string[];
  private readonly opened = new Map<string, FontFile | undefined>();

  /** @param folders - where to look for fonts of the machine, with the folders in them */
  constructor(private readonly folders: readonly string[] = systemFolders) {}

  /**
   * @param codePoint - a Unicode character
   * @returns a font that has it, always the same one; undefined if none does
   */
  fontOf(codePoint: number): FontFile | undefined {
    if (this.found.has(codePoint)) return this.found.get(codePoint);
    this.files ??= [...bundled(), ...this.folders.flatMap(fontsIn).sort(byPlainness)];
    let font: FontFile | undefined;
    for (const path of this.files) {
      if (!this.opened.has(path)) this.opened.set(path, readFontFile(path));
      if (this.opened.get(path)?.has(codePoint)) {
        font = this.opened.get(path);
        break;
      }
    }
    this.found.set(codePoint, font);
    return font;
  }
}

function bundled(): string[] {
  try {
    return [require.resolve("@expo-google-fonts/kosugi-maru/400Regular/KosugiMaru_400Regular.ttf")];
  } catch {
    return []; // an installation from before it was needed
  }
}

function fontsIn(folder: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // not there, or not for us to read
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return fontsIn(path);
    return /\.(ttf|otf|ttc|otc)$/i.test(entry.name) && !/^LastResort/.test(entry.name) ? [path] : [];
  });
}

/** Upright sans-serif fonts of regular weight first, then by name, so that a machine always takes the same. */
function byPlainness(a: string, b: string): number {
  const style =
    /bold|black|heavy|light|thin|medium|italic|oblique|condensed|narrow|serif|mincho|ming|song|mono|emoji|symbol/gi;
  const strangeness = (path: string) => path.match(style)?.length ?? 0;
  return strangeness(a) - strangeness(b) || (a < b ? -1 : 1);
}
