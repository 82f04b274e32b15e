import assert from 'node:assert/strict';
import { classesIn, toClassSample, toImageSample, type Classes } from '../../../src/models/classSamples';
import type { Line } from '../../../src/models/lineFields';
import type { ClassSample } from '../../../src/models/samples';
import type { PatchEmbedding } from '../../../src/models/spec';
import { loadTokenizer, type TextTokenizer } from '../../../src/models/tokenizer';
import type { TaskSource } from '../../../src/shared/taskSource';
import { temporaryFolder } from '../files/temporary';
import { throwsWith } from '../files/throwsCode';
import { writeStartingTokenizer } from './startingTokenizer';

const task: TaskSource = {
  name: 'mood',
  kind: 'classification',
  file: 'unused',
  text: 'text',
  label: 'mood',
};
const classes: Classes = classesIn({ id2label: { 0: 'sad', 1: 'glad', 2: '7' } }, 3);

describe('the classes of a head', () => {
  it('are named by id2label and by label2id', () => {
    const names = (config: Line) => [...classesIn(config, 3).names].sort();
    assert.deepEqual(names({}), []);
    assert.deepEqual(names({ id2label: { 0: 'sad', 1: 'glad' } }), [
      ['glad', 1],
      ['sad', 0],
    ]);
    assert.deepEqual(names({ label2id: { glad: 1 } }), [['glad', 1]]);
    assert.deepEqual(names({ id2label: null, label2id: { glad: 1, odd: 'x' } }), [['glad', 1]]);
  });
});

describe('samples for a head that classifies text', () => {
  const folder = temporaryFolder();
  let tokenizer: TextTokenizer;
  before(async () => {
    // Token 0 before and behind a text, as BERT has its own two.
    await writeStartingTokenizer(folder.path, { ends: true });
    tokenizer = await loadTokenizer(folder.path);
  });
  const read = (line: Line, maxLength = 50, from: TaskSource = task): ClassSample =>
    toClassSample(line, from, classes, tokenizer, maxLength, 'd.jsonl:4');

  it('are the text as the tokenizer has it, and the class by number or name', () => {
    const ids = tokenizer.encode('Buy now');
    for (const mood of [1, 'glad', '1']) {
      assert.deepEqual(read({ text: 'Buy now', mood }), { ids, label: 1 });
    }
    assert.deepEqual([ids[0], ids.at(-1)], [0, 0]);
  });

  it('take a name for a name first: 7 is the name of class 2', () => {
    assert.equal(read({ text: 'a', mood: '7' }).label, 2);
  });

  it('read the columns that the task names, and "label" where it names none', () => {
    const unnamed = { ...task, label: undefined };
    assert.equal(read({ text: 'a', label: 2 }, 50, unnamed).label, 2);
    const body: TaskSource = { ...task, text: 'body' };
    assert.deepEqual(read({ body: 'Buy now', mood: 0 }, 50, body).ids, tokenizer.encode('Buy now'));
    throwsWith(() => read({ body: 'a', mood: 0 }), 'data-column-missing', /"text"; it has body, mood/);
  });

  it('are cut so that what stands before and behind the text stays', () => {
    const text = 'one two three four five six seven eight nine ten';
    const plain = tokenizer.encodePlain(text);
    for (const maxLength of [3, 5, plain.length + 1]) {
      const { ids, truncated } = read({ text, mood: 0 }, maxLength);
      assert.deepEqual(ids, [0, ...plain.slice(0, maxLength - 2), 0]);
      assert.equal(truncated, true);
    }
    assert.deepEqual(read({ text, mood: 0 }, plain.length + 2), { ids: [0, ...plain, 0], label: 0 });
    assert.deepEqual(read({ text, mood: 0 }, 1).ids, [0]);
  });

  it('may be tokenized already, with segments and padding on the right', () => {
    const line = {
      input_ids: [5, 6, 7, 0],
      attention_mask: [1, 1, 1, 0],
      token_type_ids: [0, 1, 1, 0],
      labels: 2,
    };
    assert.deepEqual(read(line), { ids: [5, 6, 7], segments: [0, 1, 1], label: 2 });
    assert.deepEqual(read(line, 2), { ids: [5, 6], segments: [0, 1], label: 2, truncated: true });
    const alone = toClassSample({ input_ids: [5], labels: 'sad' }, task, classes, undefined, 9, 'here');
    assert.deepEqual(alone, { ids: [5], segments: undefined, label: 0 });
  });

  const refused: readonly [what: string, line: Line, message: RegExp][] = [
    [
      'a class beyond the head',
      { input_ids: [5], labels: 3 },
      /label 3 is no class .* 0 to 2 \(sad, glad, 7\)/,
    ],
    ['a class below 0', { input_ids: [5], labels: -1 }, /label -1 is no class/],
    ['half a class', { input_ids: [5], labels: 0.5 }, /label 0\.5 is no class/],
    ['an unknown name', { input_ids: [5], labels: 'angry' }, /label "angry" is no class/],
    ['an empty name', { text: 'a', mood: '' }, /label "" is no class/],
    ['no label', { text: 'a' }, /label \(absent\) is no class/],
    ['a list of labels', { input_ids: [5], labels: [1] }, /label \[1\] is no class/],
    ['segments of another length', { input_ids: [5, 6], token_type_ids: [0], labels: 0 }, /as long as/],
    ['no tokens', { input_ids: [], labels: 0 }, /no token is left/],
    ['padding alone', { input_ids: [0, 0], attention_mask: [0, 0], labels: 0 }, /no token is left/],
    [
      'padding on the left',
      { input_ids: [0, 6], attention_mask: [0, 1], labels: 0 },
      /padding must be on the right/,
    ],
  ];
  for (const [what, line, message] of refused) {
    it(`are refused with ${what}, naming the line`, () => {
      throwsWith(() => read(line), 'data-line-invalid', message);
      throwsWith(() => read(line), 'data-line-invalid', /^d\.jsonl:4: /);
    });
  }

  it('ask for a tokenizer where there is none', () => {
    const bare = (): ClassSample =>
      toClassSample({ text: 'a', mood: 0 }, task, classes, undefined, 9, 'd.jsonl:1');
    throwsWith(bare, 'tokenizer-missing', /d\.jsonl:1 is text/);
  });
});

describe('samples for a head that classifies images', () => {
  const embedding: PatchEmbedding = {
    kind: 'patches',
    imageSize: 2,
    patchSize: 1,
    channels: 3,
    projection: 'unused',
    classToken: 'unused',
    positions: 'unused',
  };
  const pixel_values = [0, 1, 2].map((channel) =>
    [0, 1].map((row) => [0, 1].map((column) => channel + row / 2 + column / 4)),
  );
  const read = (line: Line) => toImageSample(line, embedding, classes, 5, 'd.jsonl:4');

  it('are the numbers as they stand, channel by channel and row by row', () => {
    const wanted = { pixels: Float32Array.from(pixel_values.flat(2)), label: 1, length: 5 };
    assert.deepEqual(read({ pixel_values, labels: 1 }), wanted);
    assert.deepEqual(read({ pixel_values, label: 'glad' }), wanted);
  });

  const shape = /"pixel_values" must be 3 x 2 x 2 numbers/;
  const refused: readonly [what: string, line: Line, message: RegExp][] = [
    ['no image', { labels: 1 }, shape],
    ['a text for an image', { pixel_values: 'cat.png', labels: 1 }, shape],
    ['two channels', { pixel_values: pixel_values.slice(1), labels: 1 }, shape],
    ['a row too few', { pixel_values: pixel_values.map((rows) => rows.slice(1)), labels: 1 }, shape],
    ['a channel that is no list', { pixel_values: [...pixel_values.slice(1), 5], labels: 1 }, shape],
    [
      'a column too many',
      { pixel_values: pixel_values.map((rows) => rows.map((row) => [...row, 0])), labels: 1 },
      shape,
    ],
    [
      'a text for a number',
      { pixel_values: pixel_values.map((rows) => rows.map((row) => [row[0], '1'])), labels: 1 },
      /holds something that is not a number/,
    ],
    ['no label', { pixel_values }, /label \(absent\) is no class/],
    ['an unknown class', { pixel_values, labels: 3 }, /label 3 is no class/],
  ];
  for (const [what, line, message] of refused) {
    it(`are refused with ${what}, naming the line`, () => {
      throwsWith(() => read(line), 'data-line-invalid', message);
      throwsWith(() => read(line), 'data-line-invalid', /^d\.jsonl:4: /);
    });
  }
});
