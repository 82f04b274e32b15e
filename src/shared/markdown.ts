/** The few forms of Markdown that tooltips need. Names and messages are shown as they are, whatever they hold. */

/** A text without any form of its own. */
export const plain = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+\-.!|<>~&$]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ');

/** A name in the font of code. A name with backticks is fenced by more of them. */
export function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const gap = longest > 0 ? ' ' : '';
  return `${fence}${gap}${text.replace(/\s+/g, ' ')}${gap}${fence}`;
}

/** A first line, and the others as a list below it. */
export const lines = (first: string, others: readonly string[]): string =>
  [first, '', ...others.map((line) => `- ${line}`)].join('\n');

/**
 * A text that stands in a line of Markdown without beginning anything: no link, no image, which would be loaded, no element, no
 * cell. Dots, dashes and underlines stay as they are.
 */
export const inline = (text: string): string =>
  text.replace(/[\\`[\]<>|!&*~]/g, (sign) => `\\${sign}`).replace(/\s+/g, ' ');

/**
 * A line of a report that was put together with names out of files: what would begin an element, a link or an image becomes
 * text, and a line stays one line. Our own lines have none of these.
 */
export const reportLine = (line: string): string =>
  line
    .replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ')
    // What stands before one already would else free it again.
    .replace(/(\\*)<(?=[a-z/!?])/gi, (_all, before: string) => `${before}${before}\\<`)
    .replace(/\](?=[(:[])/g, ']\\');
