import type { YAMLParseError } from 'yaml';
import type { Issue } from './issue';
import type { TextRange } from '../text/yamlText';

/** What the YAML parser finds wrong. One slip often gives the same message for every line after it: the first counts. */
export function syntaxIssues(errors: readonly YAMLParseError[], text: string): Issue[] {
  const seen = new Set<string>();
  const issues: Issue[] = [];
  for (const { code, message, pos } of errors) {
    const range = visible(text, pos[0], pos[1]);
    if (code === 'DUPLICATE_KEY') {
      issues.push({
        code: 'experiment-invalid',
        severity: 'error',
        message: `The key "${text.slice(range.start, range.end)}" stands twice in its block.`,
        next: 'Remove one of the two.',
        range,
      });
    } else if (!seen.has(message)) {
      seen.add(message);
      issues.push({
        code: 'experiment-syntax',
        severity: 'error',
        message: `${message.replace(/\.$/, '')}.`,
        next: 'Correct the YAML here.',
        range,
      });
    }
  }
  return issues;
}

/** The parser points to one character, often a space: the word there, or the next one of the line, can be underlined. */
function visible(text: string, from: number, to: number): TextRange {
  const start = Math.min(from, text.length);
  const end = Math.min(Math.max(to, start), text.length);
  if (end - start > 1) return { start, end };
  const word = /^[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s:,{}[\]]+)/.exec(text.slice(start));
  if (!word?.[1]) return { start, end };
  const last = start + word[0].length;
  return { start: last - word[1].length, end: last };
}
