import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Syntax } from '../../../../src/configs/trainers/tree';
import { plainOf } from '../../../../src/configs/trainers/writeBack/plainValue';
import type { PlainMap, PlainValue } from '../../../../src/configs/trainers/writeBack/setKey';
import { edited, parsers } from './edited';

const scalar = fc.oneof(
  fc.integer({ min: -9, max: 999 }),
  fc.boolean(),
  fc.constantFrom(
    'q_proj',
    'no',
    '1e3',
    '',
    'a: b',
    "it's",
    'say "x"',
    '# x',
    '^model\\.layers\\.0',
    '- x',
    'ü',
    '[x',
    'x,y',
  ),
  fc.constant(null),
);
const key = fc.constantFrom('a', 'b', 'c', 'dd', 'lora_r', 'self_attn');
const pattern = fc.constantFrom(
  ...[0, 1, 2, 3, 4].map((layer) => `^model\\.layers\\.${layer}\\.q_proj`),
  'q_proj',
  '.*x',
);
const value: fc.Arbitrary<PlainValue> = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 6 }),
  fc.dictionary(pattern, fc.integer({ min: 1, max: 64 }), { maxKeys: 5, noNullPrototype: true }),
);
const file = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { noNullPrototype: true })), {
  minKeys: 1,
  noNullPrototype: true,
});
const path = fc.oneof(
  key.map((one) => [one]),
  fc.tuple(key, key).map(([a, b]) => [a, b]),
);
const change = fc.record({ path, value: fc.option(value, { nil: undefined }) });

const put = (map: PlainMap, name: string, wanted: PlainValue | undefined): PlainMap =>
  Object.fromEntries([
    ...Object.entries(map).filter(([other]) => wanted !== undefined || other !== name),
    ...(wanted === undefined ? [] : [[name, wanted] as const]),
  ]);

/** The value after one change, by the simplest way there is; undefined where the change goes into what is no map. */
function wantedAfter(
  before: PlainMap,
  { path: keys, value: wanted }: { path: string[]; value: PlainValue | undefined },
): PlainMap | undefined {
  const copy = before;
  const [first = '', second] = keys;
  if (second === undefined) {
    return put(copy, first, wanted);
  }
  const inner = copy[first] ?? (wanted === undefined ? undefined : {});
  if (inner === undefined) return copy;
  if (typeof inner !== 'object' || Array.isArray(inner)) return wanted === undefined ? copy : undefined;
  return { ...copy, [first]: put(inner as PlainMap, second, wanted) };
}

const styles = fc.record({
  flow: fc.boolean(),
  indent: fc.constantFrom(2, 4),
  indentSeq: fc.boolean(),
  comments: fc.boolean(),
  windows: fc.boolean(),
  ends: fc.boolean(),
});

function yamlFile(
  data: PlainMap,
  style: {
    flow: boolean;
    indent: number;
    indentSeq: boolean;
    comments: boolean;
    windows: boolean;
    ends: boolean;
  },
): string {
  const { flow, indent, indentSeq, comments, windows, ends } = style;
  const source = Object.entries(data)
    .map(([name, one], index) => {
      const inFlow = flow && index % 2 === 0 ? { collectionStyle: 'flow' as const } : {};
      return stringify(
        { [name]: one },
        {
          ...inFlow,
          indent,
          indentSeq,
          lineWidth: 0,
          // As trainers read it: `no` is false.
          version: '1.1',
          flowCollectionPadding: index % 3 === 0,
        },
      ).replace(/^\{ ?(?<inner>[^]*?) ?\}\n$/, '$<inner>\n');
    })
    .join(comments ? '# between\n' : '');
  const commented = comments ? source.replace(/(?<=[\w'"\]}])\n/g, ' # beside\n') : source;
  const whole = windows ? commented.replaceAll('\n', '\r\n') : commented;
  return ends ? whole : whole.trimEnd();
}

function holds(
  text: string,
  syntax: Syntax,
  before: PlainMap,
  one: { path: string[]; value: PlainValue | undefined },
): void {
  const { root, faults } = parsers[syntax](text);
  fc.pre(root !== undefined && faults.length === 0);
  assert.deepEqual(plainOf(root, text), before);
  const wanted = wantedAfter(before, one);
  fc.pre(wanted !== undefined && Object.keys(wanted).length > 0);
  const after = edited(text, syntax, [one]);
  assert.deepEqual(plainOf(parsers[syntax](after).root, after), wanted);
  const between = (whole: string): number => whole.split('# between').length;
  assert.equal(between(after), between(text), 'comments between keys');
  const newlines = (whole: string): string[] => [...new Set(whole.match(/\r?\n/g) ?? [])];
  if (text.includes('\n') && after.includes('\n')) assert.deepEqual(newlines(after), newlines(text));
}

describe('any key of any file', () => {
  it('is written into JSON', () => {
    fc.assert(
      fc.property(file, change, fc.constantFrom(undefined, 2, 4, '\t'), (data, one, indent) => {
        holds(JSON.stringify(data, undefined, indent), 'json', data, one);
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('is written into YAML, whatever its style, and takes no comment of other lines with it', () => {
    fc.assert(
      fc.property(file, change, styles, (data, one, style) => {
        holds(yamlFile(data, style), 'yaml', data, one);
      }),
      { seed: 1, numRuns: 800 },
    );
  });
});
