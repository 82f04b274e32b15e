import type { Random } from '../target';
import { copyTree, raw, treeOf, writeTree, type JsonList, type JsonMap, type JsonNode } from './jsonTree';
import { mutateText } from './text';

const repeated = (text: string, times: number): string => text.repeat(times);

/** Values that a reader may have forgotten. */
const oddValues = [
  'null', 'true', 'false', '0', '-0', '-1', '1', '2', '0.5', '1e308', '-1e308', '1e999', '-1e999', '5e-324', '9007199254740993',
  '4294967296', '2147483648', '4503599627370496', '100000000', '1000000', '"1"', '"NaN"', '""', '" "', '[]', '{}', '[[]]', '[null]',
  '"__proto__"', '"constructor"', '"toString"', '"hasOwnProperty"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u001b[2J"',
  '"\\u202e"', '"é🦙\\u0301"', '"../../outside"', '"/etc/hosts"', '"..\\\\outside"', '"C:\\\\outside"', '"."', '"~"', '"(a+)+$"',
  '"(.*"', '"$(add)"', '"${a}"', '"<img src=x onerror=alert(1)>"', '{"__proto__": {"polluted": 1}}',
  '{"constructor": {"prototype": {"polluted": 1}}}', '{"length": 4294967296}', '{"then": 1}', 'NaN', 'undefined', '01', '"\\x"',
]; // prettier-ignore

const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'length',
  'then',
  '',
  ' ',
  '0',
  '-1',
  '\ud800',
  'a.b',
  '*',
];

/** Values that are long or deep, made when they are wanted. */
const large: readonly ((upTo: (most: number) => number) => string)[] = [
  (upTo) => JSON.stringify(repeated('x', 1 << upTo(16))),
  (upTo) => JSON.stringify(repeated('🦙.', 1 << upTo(12))),
  (upTo) => repeated('[', 1 << upTo(14)) + repeated(']', 1 << upTo(14)),
  (upTo) => repeated('{"a": ', 1 << upTo(12)),
  (upTo) => `[${repeated('0, ', 1 << upTo(14))}0]`,
  (upTo) => `{${Array.from({ length: 1 << upTo(10) }, (_, n) => `"k${n}": ${n}`).join(', ')}}`,
];

/**
 * JSON with up to four changes of its structure: other types and numbers, keys twice or of a prototype's name, values moved,
 * doubled, nested, long. Now and then the text is mutated instead, as is one that is no JSON.
 *
 * @param others texts that pieces may come from
 */
export function mutateJson(text: string, others: readonly string[], random: Random): string {
  if (random() < 0.15) return mutateText(text, others, random);
  const tree = treeIn(text);
  if (tree === undefined) return mutateText(text, others, random);
  const holder: JsonList = { kind: 'list', items: [copyTree(tree)] };
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) change(holder, random);
  return writeTree(holder.items[0] ?? raw(''));
}

const trees = new Map<string, JsonNode | undefined>();

function treeIn(text: string): JsonNode | undefined {
  if (trees.has(text)) return trees.get(text);
  if (trees.size > 2000) trees.clear();
  let tree: JsonNode | undefined;
  try {
    tree = treeOf(JSON.parse(text));
  } catch {
    // Mutated before.
  }
  trees.set(text, tree);
  return tree;
}

function change(holder: JsonList, random: Random): void {
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const one = <T>(from: readonly T[]): T => from[upTo(from.length - 1)]!;
  const { parent, at } = somewhere(holder, random);
  const value = valueOf(parent, at);
  switch (upTo(9)) {
    case 0:
    case 1:
      put(parent, at, raw(one(oddValues)));
      break;
    case 2:
      // Seldom: a large value takes as long as a hundred others.
      put(parent, at, raw(random() < 0.1 ? one(large)(upTo) : one(oddValues)));
      break;
    case 3:
      put(parent, at, raw(numberNear(value, random)));
      break;
    case 4:
      remove(parent, at);
      break;
    case 5:
      // Doubled: of a map, its key stands twice.
      insert(parent, at, copyTree(value));
      break;
    case 6:
      if (parent.kind === 'map')
        parent.entries[at]![0] = one([...oddKeys, ...parent.entries.map(([key]) => key)]);
      else for (let more = 1 << upTo(8); more > 0; more--) parent.items.push(value);
      break;
    case 7:
      if (value.kind === 'map') value.entries.push([one(oddKeys), raw(one(oddValues))]);
      else
        put(
          parent,
          at,
          upTo(1) ? { kind: 'list', items: [value] } : { kind: 'map', entries: [['a', value]] },
        );
      break;
    case 8: {
      const other = somewhere(holder, random);
      put(parent, at, copyTree(valueOf(other.parent, other.at)));
      break;
    }
    default:
      if (value.kind === 'raw' && value.text.startsWith('"'))
        put(parent, at, raw(otherText(value.text, random)));
      else put(parent, at, raw(one(oddValues)));
  }
}

interface Place {
  readonly parent: JsonList | JsonMap;
  readonly at: number;
}

/** A place of the tree; deep ones are as likely as shallow ones. */
function somewhere(holder: JsonList, random: Random): Place {
  let place: Place = { parent: holder, at: 0 };
  for (;;) {
    const value = valueOf(place.parent, place.at);
    const size = value.kind === 'raw' ? 0 : value.kind === 'list' ? value.items.length : value.entries.length;
    if (value.kind === 'raw' || size === 0 || random() < 0.15) return place;
    place = { parent: value, at: Math.floor(random() * size) };
  }
}

const valueOf = (parent: JsonList | JsonMap, at: number): JsonNode =>
  (parent.kind === 'list' ? parent.items[at] : parent.entries[at]?.[1]) ?? raw('null');

function put(parent: JsonList | JsonMap, at: number, value: JsonNode): void {
  if (parent.kind === 'list') parent.items[at] = value;
  else if (parent.entries[at]) parent.entries[at][1] = value;
}

function insert(parent: JsonList | JsonMap, at: number, value: JsonNode): void {
  if (parent.kind === 'list') parent.items.splice(at, 0, value);
  else parent.entries.splice(at, 0, [parent.entries[at]?.[0] ?? 'a', value]);
}

function remove(parent: JsonList | JsonMap, at: number): void {
  if (parent.kind === 'list') parent.items.splice(at, 1);
  else parent.entries.splice(at, 1);
}

function numberNear(value: JsonNode, random: Random): string {
  const number = value.kind === 'raw' ? Number(value.text) : NaN;
  const factor =
    [-1, 0, 2, 1000, 1e6, 1e12, 0.3, 1 + 1 / (Math.abs(number) || 1)][Math.floor(random() * 8)] ?? 1;
  const near = (Number.isFinite(number) ? number : 7) * factor;
  return Number.isFinite(near) ? String(near) : '1e999';
}

/** A text with one piece of it changed, still in its quotes. */
function otherText(quoted: string, random: Random): string {
  const changed = mutateText(quoted.slice(1, -1), [], random);
  return random() < 0.2 ? `"${changed}"` : JSON.stringify(changed);
}
