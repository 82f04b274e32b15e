import { distance } from 'fastest-levenshtein';
import type { TrainerConfig } from '../../configs/trainers/description';
import { fields } from '../../configs/trainers/fields';
import type { Finding } from '../../configs/trainers/rules/rule';
import { entryOf, type ConfigNode, type MapNode } from '../../configs/trainers/tree';

/** Short words come near each other by chance. */
const shortest = 6;

/**
 * Keys that are one slip away from one of the format's, which is missing itself. A trainer's file has hundreds of keys that are
 * none of ours, so nothing else is called unknown: two letters changed places, one is missing, doubled or another.
 */
export function unknownKeys({ keys, said, root }: TrainerConfig): Finding[] {
  const all = fields.flatMap((field) => keys[field] ?? []);
  const missing = fields.flatMap((field) => (said[field] ? [] : (keys[field] ?? [])));
  const prefixes = new Set(all.map((path) => path.slice(0, path.lastIndexOf('.') + 1)));
  return [...prefixes].flatMap((prefix) => {
    const own = new Set(
      all.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
    );
    const wanted = missing
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .filter((key) => !key.includes('.') && key.length >= shortest);
    return (mapAt(root, prefix)?.entries ?? []).flatMap(({ key, keyRange }) => {
      const meant = own.has(key) ? undefined : wanted.find((name) => isSlip(key, name));
      if (meant === undefined) return [];
      const quote = { start: keyRange.start, end: keyRange.end };
      return [
        {
          message: `${key} is no key that the trainer reads here; ${meant} is, and is not there.`,
          range: keyRange,
          fixes: [
            {
              title: `Change to ${meant}`,
              edits: [{ ...inside(quote, key), text: meant }],
              isPreferred: true,
            },
          ],
        },
      ];
    });
  });
}

/** Ranges of keys take their quotes in. */
function inside({ start, end }: { start: number; end: number }, key: string): { start: number; end: number } {
  const quotes = end - start === key.length + 2 ? 1 : 0;
  return { start: start + quotes, end: end - quotes };
}

function mapAt(root: MapNode, prefix: string): MapNode | undefined {
  let map: MapNode | undefined = root;
  for (const key of prefix.split('.').filter(Boolean)) {
    const value: ConfigNode | undefined = entryOf(map, key)?.value;
    map = value?.kind === 'map' ? value : undefined;
  }
  return map;
}

/** Known words that are one letter from one of ours. */
const others = new Set(['use_lora', 'use_qlora', 'use_vera', 'use_bora']);

function isSlip(written: string, meant: string): boolean {
  if (others.has(written)) return false;
  const apart = distance(written.toLowerCase(), meant.toLowerCase());
  return apart <= 1 || (apart === 2 && sorted(written) === sorted(meant));
}

const sorted = (text: string): string => [...text].sort().join('');
