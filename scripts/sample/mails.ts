import { readdirSync, readFileSync } from 'node:fs';
import { hideAddresses, isSuitable, ownWords } from './mail-text';
import { readMail } from './mime';
import { seededRandom, shuffled } from './random';
import { oneLine, type Sided, sourcePath, textKey } from './text';

/** A mail as the task shows it: the subject and the beginning of what was written. */
export interface Mail extends Sided {
  label: 'spam' | 'ham';
}

const bodyLength = 300;
const titleLength = 120;
/** Held out per class. */
const heldOut = { validation: 125, test: 150 };
/** Larger groups (long threads, newsletters) stay in the training part: one of them would fill a test. */
const largestHeldOutGroup = 4;

interface Row {
  text: string;
  label: 'spam' | 'ham';
  keys: string[];
}

const letters = (text: string) => text.toLowerCase().replace(/[^a-z]+/g, '');

/** All runs of ten words of the beginning of a mail: mass mailings differ in their first words, replies quote without a mark. */
function runs(words: string): string[] {
  const list =
    words
      .slice(0, 2 * bodyLength)
      .toLowerCase()
      .match(/[a-z']+/g) ?? [];
  return list.slice(9).map((_last, at) => list.slice(at, at + 10).join(' '));
}

const clip = (text: string, length: number) =>
  text.length > length ? text.slice(0, length).replace(/\s+\S*$/, '') : text;

function rowOf(raw: string, label: 'spam' | 'ham'): Row | undefined {
  const { subject, body } = readMail(raw);
  const title = clip(hideAddresses(oneLine(subject)), titleLength);
  const words = hideAddresses(oneLine(ownWords(body)));
  if (words.length < 40 || !isSuitable(title, words)) return undefined;
  // Mails in scripts that their headers do not name arrive as Latin-1 letters without sense.
  if ((`${title}${words}`.match(/[^ -~]/g)?.length ?? 0) > 0.03 * words.length) return undefined;
  const beginning = clip(words, bodyLength);
  const thread = letters(title.replace(/\[[^\]]*\]|\b(re|fwd?|fw|aw|sv)\s*(\[\d+\])?:/gi, ''));
  return {
    text: `${title ? `${title}\n` : ''}${beginning}`.trim(),
    label,
    keys: [
      `body ${letters(beginning).slice(0, 60)}`,
      ...(thread.length > 3 ? [`thread ${thread}`] : []),
      ...runs(words),
    ],
  };
}

/** Rows that share a thread or begin alike, together: such rows never stand on two sides. */
function groups(rows: readonly Row[]): Row[][] {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    const up = parent.get(key) ?? key;
    if (up === key) return key;
    const top = root(up);
    parent.set(key, top);
    return top;
  };
  for (const row of rows) for (const key of row.keys) parent.set(root(key), root(row.keys[0]!));
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = root(row.keys[0]!);
    found.set(key, [...(found.get(key) ?? []), row]);
  }
  return [...found.values()];
}

/** The mails of the SpamAssassin public corpus that are left, split by thread. */
export function readMails(): Mail[] {
  const folder = ['@stdlib', 'datasets-spam-assassin', 'data'];
  const rows = new Map<string, Row>();
  for (const [group, label] of [
    ['easy-ham-1', 'ham'],
    ['easy-ham-2', 'ham'],
    ['hard-ham-1', 'ham'],
    ['spam-1', 'spam'],
    ['spam-2', 'spam'],
  ] as const) {
    for (const name of readdirSync(sourcePath(...folder, group)).sort()) {
      if (!name.endsWith('.json')) continue;
      const { text } = JSON.parse(readFileSync(sourcePath(...folder, group, name), 'utf8')) as {
        text: string;
      };
      const row = rowOf(text, label);
      if (row && !rows.has(textKey(row.text))) rows.set(textKey(row.text), row);
    }
  }
  const counts = { spam: { validation: 0, test: 0 }, ham: { validation: 0, test: 0 } };
  return shuffled(groups([...rows.values()]), seededRandom('mails')).flatMap((group) => {
    const one = group[0]!;
    const uniform = group.every((row) => row.label === one.label) && group.length <= largestHeldOutGroup;
    const side = (['test', 'validation'] as const).find(
      (held) => uniform && counts[one.label][held] < heldOut[held],
    );
    if (!side) return group.map(({ text, label }): Mail => ({ text, label, side: 'train' }));
    const room = heldOut[side] - counts[one.label][side];
    const kept = group.slice(0, room);
    counts[one.label][side] += kept.length;
    return kept.map(({ text, label }): Mail => ({ text, label, side }));
  });
}
