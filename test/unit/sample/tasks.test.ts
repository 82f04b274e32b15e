import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';

const sample = join(__dirname, '..', '..', '..', 'media', 'sample');
const sides = ['train', 'validation', 'test'] as const;
const tasks: Record<string, { labels: string[]; each: [number, number, number] }> = {
  sentiment: { labels: ['negative', 'positive'], each: [1000, 150, 150] },
  spam: { labels: ['ham', 'spam'], each: [800, 120, 140] },
  gloss: {
    labels: 'act animal artifact body communication food person plant state substance'.split(' '),
    each: [180, 25, 30],
  },
  genre: { labels: 'fiction government hobbies learned news religion'.split(' '), each: [250, 40, 50] },
};

interface Example {
  text: string;
  label: string;
}

function read(task: string, side: string): Example[] {
  const bytes = readFileSync(join(sample, 'data', `${task}.${side}.jsonl`));
  const content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  assert.ok(content.endsWith('\n'));
  return content
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Example);
}

const normalized = (text: string) => text.toLowerCase().replace(/\s+/g, ' ').trim();
const readModelFile = (name: string) =>
  JSON.parse(readFileSync(join(sample, 'model', name), 'utf8')) as object;

describe('the sample tasks', () => {
  for (const [task, { labels, each }] of Object.entries(tasks)) {
    describe(task, () => {
      sides.forEach((side, index) => {
        it(`has as many ${side} texts of every class`, () => {
          const counts = new Map<string, number>();
          for (const { label } of read(task, side)) counts.set(label, (counts.get(label) ?? 0) + 1);
          assert.deepEqual(
            [...counts].sort(),
            labels.map((label) => [label, each[index]]),
          );
        });

        it(`has nothing but a text and a label in ${side}, in mixed order`, () => {
          const examples = read(task, side);
          for (const example of examples) {
            assert.deepEqual(Object.keys(example), ['text', 'label']);
            assert.ok(example.text.length > 2 && example.text === example.text.trim());
            assert.doesNotMatch(example.text, /(?!\n)\p{Cc}|\ufffd/u);
          }
          const first = new Set(examples.slice(0, 40).map(({ label }) => label));
          assert.equal(first.size, labels.length);
        });
      });

      it('has no text twice, in one part or in two', () => {
        const seen = new Map<string, string>();
        for (const side of sides) {
          for (const { text } of read(task, side)) {
            assert.equal(seen.get(normalized(text)), undefined, text);
            seen.set(normalized(text), side);
          }
        }
      });
    });
  }

  it('keep mails of one thread on one side', () => {
    const subjects = new Map<string, string>();
    for (const side of sides) {
      for (const { text } of read('spam', side)) {
        if (!text.includes('\n')) continue;
        const subject = text
          .split('\n')[0]!
          .toLowerCase()
          .replace(/\[[^\]]*\]|\b(re|fwd?|fw|aw|sv)\s*(\[\d+\])?:/g, '')
          .replace(/[^a-z]+/g, '');
        if (subject.length < 4) continue;
        assert.equal(subjects.get(subject) ?? side, side, text);
        subjects.set(subject, side);
      }
    }
  });

  it('show no addresses, links, headers or marks of a filter in mails', () => {
    for (const { text } of sides.flatMap((side) => read('spam', side))) {
      assert.doesNotMatch(text, /[\w.+-]+@\w+\.\w+|https?:\/\/\S|www\.\w/i);
      assert.doesNotMatch(
        text,
        /\b(Received|Return-Path|Message-Id|Delivered-To|Content-Type|X-[A-Z][a-z]+):/i,
      );
      assert.doesNotMatch(text, /\bSPAM:|(?<![\d-])\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)/);
      assert.ok(text.length <= 421);
    }
  });

  it('take less than 2.5 MB', () => {
    const folder = join(sample, 'data');
    const names = readdirSync(folder);
    assert.deepEqual(
      names.sort(),
      Object.keys(tasks)
        .flatMap((task) => sides.map((side) => `${task}.${side}.jsonl`))
        .sort(),
    );
    assert.ok(names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) < 2.5e6);
  });
});

describe('the sample tokenizer', () => {
  const tokenizer = new Tokenizer(readModelFile('tokenizer.json'), readModelFile('tokenizer_config.json'));
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).ids;

  it('has 2,048 tokens with the ids 0 to 2,047, and end of text first', () => {
    const { model } = readModelFile('tokenizer.json') as {
      model: { vocab: Record<string, number>; merges: unknown[] };
    };
    const ids = Object.values(model.vocab).sort((one, other) => one - other);
    assert.deepEqual(
      ids,
      Array.from({ length: 2048 }, (_unused, id) => id),
    );
    assert.equal(model.merges.length, 2048 - 257);
    assert.equal(tokenizer.token_to_id('<|endoftext|>'), 0);
    assert.deepEqual(encode('one<|endoftext|>'), [...encode('one'), 0]);
    assert.deepEqual(tokenizer.encode('one').ids, encode('one'));
  });

  it('names the one special token for beginning, end and padding', () => {
    const config = readModelFile('tokenizer_config.json') as Record<string, unknown>;
    for (const role of ['bos_token', 'eos_token', 'pad_token']) assert.equal(config[role], '<|endoftext|>');
  });

  for (const task of Object.keys(tasks)) {
    it(`gives every text of ${task} back`, () => {
      for (const { text } of sides.flatMap((side) => read(task, side))) {
        const ids = encode(text);
        assert.ok(ids.every((id) => id > 0 && id < 2048));
        assert.equal(tokenizer.decode(ids), text);
      }
    });
  }

  it('gives any Unicode back', () => {
    for (const text of [
      'é e\u0301',
      '한국어 \u{1f469}\u200d\u{1f680}',
      ' \n\t two  spaces ',
      "it's . , n't !",
      '\u0000',
    ]) {
      assert.equal(tokenizer.decode(encode(text)), text);
    }
  });
});
