import type { Random } from '../target';

const tokens = [
  '{', '}', '[', ']', ':', ',', '"', "'", '- ', '? ', '#', '&a ', '*a', '<<: *a\n', '|\n', '>-\n', '!!', '%', '@', '`',
  '---\n', '...\n', '\n', '\r\n', '\t', '  ', '\uFEFF', '\u0000', '\u2028', '\uD800', '🦙', 'é', '\\', '\\u00', '//', '/*',
  'null', 'true', '~', '1e999', '-', '${a}', '${model}', '{{', 'lora', 'adapter: ', 'peft_type', '(', ')', '=', '"""',
]; // prettier-ignore

/**
 * A text as a slip, a half-done edit or a hostile hand would leave it: up to four cuts, doublings, swaps, deletions and
 * insertions, or a piece of another file.
 */
export function mutateText(text: string, others: readonly string[], random: Random): string {
  let result = text;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) result = once(result, others, random);
  return result;
}

function once(text: string, others: readonly string[], random: Random): string {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const one = <T>(from: readonly T[]): T | undefined => from[upTo(from.length - 1)];
  const at = upTo(text.length);
  const to = Math.min(text.length, at + upTo(12));
  const lines = text.split('\n');
  const line = upTo(lines.length - 1);
  switch (upTo(9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return lines.toSpliced(line, 0, lines[line] ?? '').join('\n');
    case 2: {
      const other = upTo(lines.length - 1);
      return lines
        .with(line, lines[other] ?? '')
        .with(other, lines[line] ?? '')
        .join('\n');
    }
    case 3:
      return text.slice(0, at) + text.slice(to);
    case 4:
      return text.slice(0, at) + String.fromCharCode(upTo(0xff_ff)) + text.slice(at);
    case 5:
      return lines.toSpliced(line, 1).join('\n');
    case 6: {
      const piece = one(others) ?? '';
      const from = upTo(piece.length);
      return text.slice(0, at) + piece.slice(from, from + upTo(80)) + text.slice(at);
    }
    case 7:
      return text.slice(0, at) + (one(tokens) ?? '').repeat(1 + upTo(3)) + text.slice(to);
    case 8: {
      const indent = ' '.repeat(upTo(4));
      return lines.with(line, indent + (lines[line] ?? '').trimStart()).join('\n');
    }
    default:
      return text.slice(0, at) + (one(tokens) ?? '') + text.slice(at);
  }
}
