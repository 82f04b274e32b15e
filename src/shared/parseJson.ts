/** Levels that a file of ours, of Hugging Face's or of a trainer's never comes near; what walks a value has room for so many. */
const mostDepth = 500;

/**
 * `JSON.parse`, which takes any depth, for texts of strangers: whatever writes, compares or checks the value afterwards goes down
 * with its own stack, and would end in a `RangeError` without a name.
 *
 * @throws SyntaxError where it is no JSON, or nests deeper than 500
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (isDeep(text)) throw new SyntaxError(`it nests deeper than ${mostDepth}`);
  return value;
}

/** Takes a text that has been parsed: what looks like a bracket within quotes may count only where there are many. */
function isDeep(text: string): boolean {
  // Most texts have too few brackets to be deep at all.
  if (text.length <= 2 * mostDepth) return false;
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > mostDepth) return true;
  }
  return false;
}
