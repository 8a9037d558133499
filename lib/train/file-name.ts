import { sha256 } from "../base/canonical-json";

/** Names that files may have as they are: of a row, in which one slash becomes a hyphen; of a single run. */
const plain = { row: /^[a-z0-9_+.]+(\/[a-z0-9_+.-]+)?$/, run: /^[\w+.-]+$/ };

/**
 * A name as part of a file's or folder's: different names give different ones, none leads elsewhere.
 *
 * Plain names stay readable: `mlp+mhsa/channel` is `mlp+mhsa-channel`. Of others, such as `a-b/c`, which would be taken
 * for `a/b-c`, or those that only differ in capitals, what is allowed is followed by `~` and eight digits of a digest.
 *
 * @param name - free text
 * @param kind - a row of a study, or a single run
 */
export function fileName(name: string, kind: keyof typeof plain): string {
  if (plain[kind].test(name) && name.length <= 100) return name.replace("/", "-");
  return `${name.replace(/[^\w+.-]+/g, "-").slice(0, 80)}~${sha256(name).slice(0, 8)}`;
}
