/** Where in a text facts hang. */
export interface Lines {
  /**
   * Where a hint about what ends at `end` is put: behind the comma or bracket that follows it on its line, or at `end` where
   * more of the file's own words follow. A comment stays behind the hint.
   */
  hang(end: number): number;
  /** The end of a line's words, comment and spaces left out. */
  lineEnd(offset: number): number;
  isOneLine(from: number, to: number): boolean;
}

/** What may stand between a value and a hint behind it. */
const tail = /(?:[ \t]*[,\])}])*(?=[ \t]*(?:\r?\n|$|#))/y;
/** The rest of a line: values have no comment sign of their own behind a key that opens a list. */
const rest = /[^\r\n#]*/y;

export const linesOf = (text: string): Lines => ({
  hang(from) {
    // YAML counts the spaces before a comment as the value's.
    let end = from;
    while (/\s/.test(text.charAt(end - 1))) end--;
    tail.lastIndex = end;
    return end + (tail.exec(text)?.[0].length ?? 0);
  },
  lineEnd(offset) {
    rest.lastIndex = offset;
    return offset + (rest.exec(text)?.[0].trimEnd().length ?? 0);
  },
  isOneLine(from, to) {
    const end = text.indexOf('\n', from);
    return end < 0 || end >= to;
  },
});
