import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ignored, toSample } from '../../../src/models/samples';
import { loadTokenizer, type TextTokenizer } from '../../../src/models/tokenizer';
import { defaultPrompt, type TaskSource } from '../../../src/shared/taskSource';
import { temporaryFolder } from '../files/temporary';
import { throwsWith } from '../files/throwsCode';
import { sampleModel, writeStartingTokenizer } from './startingTokenizer';

const words: TaskSource = { name: 'words', kind: 'causal-lm', file: 'unused', text: 'text' };
const spam: TaskSource = {
  name: 'spam',
  kind: 'classification',
  file: 'unused',
  text: 'text',
  label: 'label',
};

describe('samples from text', () => {
  const folder = temporaryFolder();
  let tokenizer: TextTokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(sampleModel);
  });

  it('trains a causal-lm sample on every token, cut at its end', () => {
    const text = 'The quick brown fox jumps over the lazy dog.';
    const whole = toSample({ text }, words, tokenizer, 100, 'here');
    assert.deepEqual(whole, { ids: tokenizer.encode(text), targets: tokenizer.encode(text) });
    const cut = toSample({ text }, words, tokenizer, 5, 'here');
    assert.deepEqual(cut, { ids: whole.ids.slice(0, 5), targets: whole.ids.slice(0, 5), truncated: true });
  });

  it('trains a classification sample on the tokens of its label alone', () => {
    const record = { text: 'Buy now', label: 'spam' };
    const { ids, targets } = toSample(record, spam, tokenizer, 100, 'here');
    const label = tokenizer.encodePlain(' spam');
    assert.equal(tokenizer.decode(ids), 'Buy now\nLabel: spam');
    assert.deepEqual(ids.slice(-label.length), label);
    assert.deepEqual(targets, [...new Array(ids.length - label.length).fill(ignored), ...label]);
  });

  it('begins the prompt as the tokenizer does, and the label without', async () => {
    await writeStartingTokenizer(folder.path);
    const starting = await loadTokenizer(folder.path);
    const record = { text: 'Buy now, '.repeat(20), label: 'spam' };
    for (const maxLength of [200, 20]) {
      const { ids } = toSample(record, spam, starting, maxLength, 'here');
      assert.ok(ids.length <= maxLength);
      assert.equal(ids[0], 0);
      assert.ok(!ids.includes(0, 1));
    }
  });

  it('puts the label behind the prompt where the tokenizer would end the text there', async () => {
    await writeStartingTokenizer(folder.path, { ends: true });
    const ending = await loadTokenizer(folder.path);
    const { ids } = toSample({ text: 'Buy now', label: 'spam' }, spam, ending, 100, 'here');
    assert.equal(ids[0], 0);
    assert.ok(!ids.includes(0, 1), ids.join(' '));
    assert.equal(ending.decode(ids.slice(1)), 'Buy now\nLabel: spam');
  });

  it('takes prompt, columns, and labels that are numbers or booleans', () => {
    const task = { ...spam, text: 'mail', label: 'junk', prompt: 'Mail: {text}\nJunk:' };
    for (const junk of [3, true]) {
      const { ids } = toSample({ mail: 'Hello $& {text}', junk }, task, tokenizer, 100, 'here');
      assert.equal(tokenizer.decode(ids), `Mail: Hello $& {text}\nJunk: ${junk}`);
    }
  });

  it('cuts the text inside the prompt and keeps prompt and label whole, whatever the text', () => {
    const label = tokenizer.encodePlain(' spam');
    let cuts = 0;
    const character = fc.oneof(fc.constantFrom(...'ab e\n.'), fc.string({ unit: 'grapheme', maxLength: 1 }));
    const text = fc.string({ unit: character, maxLength: 120, size: 'max' });
    fc.assert(
      fc.property(text, fc.integer({ min: 14, max: 60 }), (shown, maxLength) => {
        const sample = toSample({ text: shown, label: 'spam' }, spam, tokenizer, maxLength, 'here');
        const { ids, targets } = sample;
        const whole = tokenizer.encode(defaultPrompt.replace('{text}', () => shown));
        assert.ok(ids.length <= maxLength);
        assert.equal(targets.length, ids.length);
        assert.deepEqual(ids.slice(-label.length), label);
        assert.ok(targets.slice(0, -label.length).every((target) => target === ignored));
        assert.deepEqual(targets.slice(-label.length), label);
        if (whole.length + label.length <= maxLength) {
          assert.ok(!('truncated' in sample));
          assert.deepEqual(ids.slice(0, -label.length), whole);
          return;
        }
        assert.equal(sample.truncated, true);
        cuts++;
        const prompt = tokenizer.decode(ids.slice(0, -label.length));
        assert.ok(prompt.endsWith('\nLabel:'), prompt);
        // A cut inside a character leaves the replacement character at the end.
        const kept = prompt.slice(0, -'\nLabel:'.length).replace(/\ufffd+$/, '');
        assert.ok(shown.startsWith(kept), `${kept} of ${shown}`);
      }),
      { numRuns: 150, seed: 9 },
    );
    assert.ok(cuts > 30, `${cuts} samples were cut`);
  });

  it('keeps as much of a long text as fits', () => {
    const text = 'one two three four five six seven eight nine ten '.repeat(20);
    const { ids } = toSample({ text, label: 'spam' }, spam, tokenizer, 50, 'here');
    assert.equal(ids.length, 50);
  });

  it('refuses a limit that leaves no room for the text', () => {
    const alone = toSample({ text: '', label: 'spam' }, spam, tokenizer, 100, 'here').ids.length;
    for (const limit of [4, alone]) {
      throwsWith(
        () => toSample({ text: 'a b c', label: 'spam' }, spam, tokenizer, limit, 'd.jsonl:7'),
        'data-line-invalid',
        new RegExp(`^d\\.jsonl:7: prompt and label leave no room for the text in max_length ${limit}`),
      );
    }
  });

  it('names the columns that there are where one is missing or no text', () => {
    const missing = (record: Record<string, unknown>, message: RegExp): void =>
      throwsWith(() => toSample(record, spam, tokenizer, 50, 'd.jsonl:2'), 'data-column-missing', message);
    missing({ body: 'x', label: 'y' }, /^d\.jsonl:2 has no text in the column "text"; it has body, label\.$/);
    missing({ text: 'x', class: 1 }, /"label"; it has text, class/);
    missing({ text: ['x'], label: 1 }, /"text"/);
    missing({ text: null, label: 1 }, /"text"/);
    missing({}, /it has nothing/);
  });

  it('refuses a text without a token to predict', () => {
    for (const text of ['', 'a']) {
      throwsWith(
        () => toSample({ text }, words, tokenizer, 50, 'd.jsonl:3'),
        'data-line-invalid',
        /^d\.jsonl:3: no token to predict/,
      );
    }
  });

  it('asks for a tokenizer where there is none', () => {
    throwsWith(
      () => toSample({ text: 'x' }, words, undefined, 50, 'd.jsonl:1'),
      'tokenizer-missing',
      /d\.jsonl:1 is text/,
    );
  });
});
