/** Zero-based line of a key of the top level, which also half-typed text has; undefined where there is none. */
export function keyLine(text: string, key: string): number | undefined {
  const found = text.split('\n').findIndex((line) => new RegExp(`^["']?${key}["']?[ \\t]*:`).test(line));
  return found < 0 ? undefined : found;
}

/**
 * The column at which a hint belongs: behind the value and before a comment, which may be long enough to push what follows
 * out of sight.
 */
export function hintColumn(line: string): number {
  for (const match of line.matchAll(/\s+#/g)) {
    const before = line.slice(0, match.index);
    const isQuoted = [`"`, `'`].some((quote) => (before.split(quote).length - 1) % 2 === 1);
    if (!isQuoted && before.trim() !== '') return match.index;
  }
  return line.trimEnd().length;
}
