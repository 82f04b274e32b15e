import { oneOf } from './campaign';

/** What a message is made of instead of what belongs there. */
const strange: readonly unknown[] = [
  ...[null, true, -1, 1e308, '', 'x'.repeat(1000), '../../etc', [], {}, [[]], { protocol: {} }],
  { ['__proto__']: null, constructor: 7 },
];

/** How a message is spoiled: it is still a line of JSON, or the line is none any more. */
export const spoilings = [
  'wrong types',
  'other keys',
  'a value changed',
  'huge',
  'bytes changed',
  'cut short',
] as const;
export type Spoiling = (typeof spoilings)[number];

/** A message's line, spoiled; it ends with a newline. @param size of a huge one, in characters */
export function spoil(random: () => number, how: Spoiling, line: string, size: number): string {
  const message = JSON.parse(line) as Record<string, unknown>;
  const any = (): unknown => oneOf(random, strange);
  const text = (value: unknown): string => `${JSON.stringify(value)}\n`;
  switch (how) {
    case 'wrong types':
      return text(oneOf(random, strange));
    case 'other keys':
      return text({ ...message, [oneOf(random, ['method', 'id', 'jsonrpc', 'result', 'error'])]: any() });
    case 'a value changed':
      return text({ ...message, params: { ...(message['params'] as object), protocol: any(), run: any() } });
    case 'huge':
      return text({ ...message, params: { protocol: 'x'.repeat(size) } });
    case 'bytes changed': {
      const bytes = Buffer.from(line.trimEnd());
      for (let count = 0; count < 3; count++)
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      // A newline in it would make two lines of it: that is another spoiling.
      return `${bytes.toString('latin1').replaceAll('\n', ' ')}\n`;
    }
    case 'cut short':
      return `${line.slice(0, 1 + Math.floor(random() * (line.length - 2)))}\n`;
  }
}
