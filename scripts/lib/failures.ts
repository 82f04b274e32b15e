import { stripVTControlCharacters } from 'node:util';
import type { Suite } from './suites';

/** What went wrong in a suite, as its output tells it; `lines` begin with the title path where a test failed. */
export interface Failure {
  readonly suite: string;
  readonly lines: readonly string[];
}

/** Of a suite that names no failed test, the end is kept. */
const tail = 40;
/** Fewer lines of a failure would say nothing. */
const least = 8;

/**
 * The failures of a suite that has some. A check is one failure, all it printed; of Mocha's spec reporter, alone, parallel or
 * inside a run that has its own closing line, each entry of the list behind `N failing` is one; a suite that ended without
 * that list is one failure, the end of its output.
 */
export function failuresOf({ name, counts }: Pick<Suite, 'name' | 'counts'>, output: string): Failure[] {
  const lines = stripVTControlCharacters(output).trimEnd().split(/\r?\n/);
  if (counts === 'check') return [{ suite: name, lines }];
  const listed = entries(lines).map(shortened);
  return (listed.length > 0 ? listed : [lines.slice(-tail)]).map((of) => ({ suite: name, lines: of }));
}

/** The failures as they are printed at the end of all suites: some `most` lines at most, each failure with its fair share. */
export function reportOf(failures: readonly Failure[], most = 150): string {
  const shown = failures.slice(0, Math.max(1, Math.floor(most / (least + 2))));
  const room = Math.floor(most / Math.max(1, shown.length)) - 2;
  const parts = shown.map(({ suite, lines }) => `\n[${suite}]\n${cut(lines, room).join('\n')}`);
  const left = failures.length - shown.length;
  return [...parts, ...(left > 0 ? [`\n… and ${left} more, above.`] : [])].join('\n');
}

/** The parts of Mocha's closing list: `  1) title`, and so on. A message may hold such a line too, but not the next number. */
function entries(lines: readonly string[]): string[][] {
  const counted = lines.findLastIndex(
    (line, at) => /^ {2}\d+ failing$/.test(line) && /^ {2}\d+ (passing|pending)\b/.test(lines[at - 1] ?? ''),
  );
  if (counted < 0) return [];
  const most = Number(/\d+/.exec(lines[counted] ?? '')?.[0]);
  const found: string[][] = [];
  for (const line of lines.slice(counted + 1)) {
    if (found.length < most && line.startsWith(`  ${found.length + 1}) `)) found.push([]);
    else if (/^\d+ passed, \d+ failed/.test(line)) break;
    found.at(-1)?.push(line);
  }
  return found;
}

/** Without the blank lines at the end, and of the stack what is our own; all of it where nothing is. */
function shortened(entry: readonly string[]): string[] {
  const isStack = (line: string): boolean => /^\s+at .*:\d+:\d+\)?$/.test(line);
  const own = (line: string): boolean => !/node:|node_modules/.test(line);
  const hasOwn = entry.some((line) => isStack(line) && own(line));
  const kept = entry.filter((line) => !isStack(line) || !hasOwn || own(line));
  while (kept.at(-1)?.trim() === '') kept.pop();
  return kept;
}

/** The beginning, which says what failed, and the last lines, which say where. */
function cut(lines: readonly string[], room: number): readonly string[] {
  if (lines.length <= room) return lines;
  const end = Math.ceil(room / 3);
  return [...lines.slice(0, room - end - 1), '      …', ...lines.slice(-end)];
}
