import type { Random } from '../target';
import { mutateJson } from './json';
import { mutateText } from './text';

/** A file of one JSON object a line: a few of its lines changed by their structure, or the text as a whole. */
export function mutateLines(text: string, random: Random): string {
  if (random() < 0.2) return mutateText(text, [], random);
  const lines = text.split('\n');
  for (let times = 1 + Math.floor(random() * 2); times > 0; times--) {
    const at = Math.floor(random() * (lines.length - 1));
    lines[at] = mutateJson(lines[at] ?? '', lines.slice(0, 3), random);
  }
  return lines.join('\n');
}
