import { RE2JS, RE2JSException } from 're2js';

/** So many `.*` behind each other are tried at all of their places: 200 letters cost some million steps. */
const mostRepeats = 3;

/**
 * Whether JavaScript's engine may go back without end for an expression, as for `(a+)+$`: something in brackets repeats, or much
 * does. Most that people write are not of this kind, and need no other engine.
 */
export const mayBeEndless = (source: string): boolean =>
  /\)[*+{]/.test(source) || (source.match(/[*+{]/g)?.length ?? 0) > mostRepeats;

/**
 * An expression whose time grows with the text and not with the ways to match it (RE2).
 *
 * @returns undefined where RE2 has no such expressions: looks around, references to groups
 */
export function linearTest(source: string): ((text: string) => boolean) | undefined {
  try {
    const expression = RE2JS.compile(source);
    return (text) => expression.test(text);
  } catch (thrown) {
    if (thrown instanceof RE2JSException) return undefined;
    throw thrown;
  }
}
