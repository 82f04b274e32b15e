/** Zero-based line of a key of the top level, which also half-typed text has; undefined where there is none. */
export function keyLine(text: string, key: string): number | undefined {
  const found = text.split('\n').findIndex((line) => new RegExp(`^["']?${key}["']?[ \\t]*:`).test(line));
  return found < 0 ? undefined : found;
}
