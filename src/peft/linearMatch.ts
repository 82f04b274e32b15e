import { RE2JS, RE2JSException } from 're2js';

/** So many `.*` behind each other are tried at all of their places: 200 letters cost some million steps. */
const mostRepeats = 3;
/** So many attempts, for a text of a hundred letters: each repeat at all of its places, in all ways through choices. */
const mostAttempts = 1e7;
/** Texts up to here are what those bounds are for: names of modules. */
export const usualLength = 300;

/**
 * Whether JavaScript's engine may go back without end for an expression, as for `(a+)+$`: something in brackets repeats, much
 * does, or there are so many choices behind each other that all of them together take too long, as for thirty `a?`. Most that
 * people write are not of this kind, and need no other engine.
 */
export function mayBeEndless(source: string): boolean {
  const repeats = source.match(/[*+{]/g)?.length ?? 0;
  // So often, V8's stack may be full before it is done: `\1{9999999}`.
  if (/\{(?:\d*,)?\d{4,}/.test(source)) return true;
  return /\)[*+{]/.test(source) || repeats > mostRepeats || waysOf(source) * 100 ** repeats > mostAttempts;
}

/**
 * An upper bound of the ways through an expression without its repeats: two for each `?`, and for each group, and the whole,
 * as many as it has alternatives, all multiplied. What is escaped or in a class is no choice.
 */
function waysOf(source: string): number {
  let ways = 1;
  const alternatives = [1];
  for (const [token] of source.matchAll(/\\[^]|\[(?:\\[^]|[^\]\\])*\]|\(\?(?:[:=!]|<[=!]|<\w+>)|[()|?]/g)) {
    if (token === '|') alternatives[alternatives.length - 1] = (alternatives.at(-1) ?? 1) + 1;
    else if (token.startsWith('(')) alternatives.push(1);
    else if (token === ')') ways *= alternatives.pop() ?? 1;
    else if (token === '?') ways *= 2;
  }
  return alternatives.reduce((product, one) => product * one, ways);
}

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
