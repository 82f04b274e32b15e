/** Levels that a file of ours, of Hugging Face's or of a trainer's never comes near; what walks a value has room for so many. */
const mostDepth = 500;

/** Sound JSON that nests deeper than what goes through it has room for. */
export class TooDeep extends SyntaxError {
  constructor() {
    super(`it nests deeper than ${mostDepth}`);
  }
}

/**
 * `JSON.parse`, which takes any depth, for texts of strangers: whatever writes, compares or checks the value afterwards goes down
 * with its own stack, and would end in a `RangeError` without a name.
 *
 * @throws SyntaxError where it is no JSON; TooDeep
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeep(text)) throw new TooDeep();
  return value;
}

const [quote, backslash, list, listEnd, object, objectEnd] = [...'"\\[]{}'].map((sign) => sign.charCodeAt(0));

/** @param text JSON */
function isDeep(text: string): boolean {
  // Each level takes two characters at least.
  if (text.length <= 2 * mostDepth) return false;
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (isQuoted) {
      if (sign === backslash) at++;
      else if (sign === quote) isQuoted = false;
    } else if (sign === quote) isQuoted = true;
    else if (sign === list || sign === object) {
      if (++depth > mostDepth) return true;
    } else if (sign === listEnd || sign === objectEnd) depth--;
  }
  return false;
}
