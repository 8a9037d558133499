/** JSON from files of unknown origin. No Node module is imported here: packed models are read in a browser too. */

/** Far more levels than any file of the kit has, far fewer than would exhaust the stack of what walks over them. */
const deepest = 100;

/**
 * `JSON.parse`, for texts that may be nested without end: what walks over such a value later would exhaust the stack.
 *
 * @param text - may begin with a byte order mark, as some editors write it
 * @throws SyntaxError if it is not JSON, or nested more than 100 levels deep
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    if (character === quote) quoted = !quoted;
    else if (character === backslash)
      i++; // what it escapes, a quote perhaps
    else if (quoted) continue;
    else if (character === openBracket || character === openBrace) {
      if (++depth > deepest) throw new SyntaxError(`it is nested more than ${deepest} levels deep`);
    } else if (character === closeBracket || character === closeBrace) depth--;
  }
  return JSON.parse(text.replace(/^\uFEFF/, ""));
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = Array.from('"\\[]{}', (c) =>
  c.charCodeAt(0),
);
