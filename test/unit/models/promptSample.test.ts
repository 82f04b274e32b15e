import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ignored, toSample, type Sample } from '../../../src/models/samples';
import { loadTokenizer, type TextTokenizer } from '../../../src/models/tokenizer';
import type { TaskSource } from '../../../src/shared/taskSource';
import { temporaryFolder } from '../files/temporary';
import { throwsWith } from '../files/throwsCode';
import { sampleModel, writeStartingTokenizer } from './startingTokenizer';

const answers: TaskSource = {
  name: 'answers',
  kind: 'causal-lm',
  file: 'unused',
  text: 'answer',
  prompt: 'Q: {question}\nC: {context}\nA:',
};
const entails: TaskSource = {
  ...answers,
  name: 'entails',
  kind: 'classification',
  text: 'premise',
  label: 'label',
};

describe('prompts of several columns', () => {
  const folder = temporaryFolder();
  let tokenizer: TextTokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(sampleModel);
  });
  const read = (record: Record<string, unknown>, task = answers, maxLength = 100): Sample =>
    toSample(record, task, tokenizer, maxLength, 'd.csv:3');
  /** The prompt and what is trained on, as text. */
  const shown = ({ ids, targets }: Sample): [prompt: string, trained: string] => {
    const start = targets.findIndex((target) => target !== ignored);
    assert.deepEqual(targets, [...ids.slice(0, start).map(() => ignored), ...ids.slice(start)]);
    return [tokenizer.decode(ids.slice(0, start)), tokenizer.decode(ids.slice(start))];
  };

  it('train a causal-lm row on what follows the prompt alone', () => {
    const sample = read({ question: 'Who?', context: 'The dog came.', answer: ' The dog, of course.' });
    assert.deepEqual(shown(sample), ['Q: Who?\nC: The dog came.\nA:', ' The dog, of course.']);
    assert.deepEqual(sample.ids, tokenizer.encode('Q: Who?\nC: The dog came.\nA: The dog, of course.'));
  });

  it('end a causal-lm row as the tokenizer ends a text', async () => {
    await writeStartingTokenizer(folder.path, { ends: true });
    const ending = await loadTokenizer(folder.path);
    const { ids, targets } = toSample(
      { question: 'a', context: 'b', answer: ' The dog' },
      answers,
      ending,
      100,
      'here',
    );
    assert.deepEqual(ids, ending.encode('Q: a\nC: b\nA: The dog'));
    assert.deepEqual([ids[0], ids.at(-1), targets.at(-1)], [0, 0, 0]);
  });

  it('are put to a classification row, where {text} is the text column whatever its name', () => {
    const task = { ...entails, prompt: '{text} So {hypothesis}?\nLabel:' };
    const record = { premise: 'It rains.', text: 'no', hypothesis: 'it is wet', label: 'yes' };
    assert.deepEqual(shown(read(record, task)), ['It rains. So it is wet?\nLabel:', ' yes']);
  });

  it('name a column that is called text where the text of causal-lm is another', () => {
    const task = { ...answers, prompt: '{text}\nSummary:' };
    assert.deepEqual(shown(read({ text: 'A long story.', answer: ' Short.' }, task)), [
      'A long story.\nSummary:',
      ' Short.',
    ]);
  });

  it('keep braces that name nothing, and {{name}} as {name}', () => {
    const task = { ...answers, prompt: '{"q": "{question}", "n": {}, "as": {{question}}} $& ->' };
    const [prompt] = shown(read({ question: '{context} $1', answer: ' x y' }, task));
    assert.equal(prompt, '{"q": "{context} $1", "n": {}, "as": {question}} $& ->');
  });

  it('are cut at the longest column, and at others once they are the longest', () => {
    const task = { ...entails, prompt: 'One {premise} two {hypothesis} three\nLabel:' };
    const words = 'the cat and the dog and ';
    const record = { premise: words.repeat(20).trim(), hypothesis: 'a short one', label: 'yes' };
    const cut = read(record, task, 60);
    const [prompt, label] = shown(cut);
    assert.equal(label, ' yes');
    assert.equal(cut.truncated, true);
    const [, premise = ''] = /^One (.*) two a short one three\nLabel:$/.exec(prompt) ?? [];
    assert.ok(premise.length > 40 && record.premise.startsWith(premise), prompt);
    const both = shown(read({ ...record, hypothesis: record.premise }, task, 60))[0];
    const [, first = '', second = ''] = /^One (.*) two (.*) three\nLabel:$/.exec(both) ?? [];
    assert.equal(first, second);
    assert.ok(first.length > 20 && record.premise.startsWith(first), both);
  });

  it('cut a long answer at its end and keep the question', () => {
    const answer = ' the cat and the dog'.repeat(30);
    const sample = read({ question: 'Who?', context: 'Here.', answer }, answers, 50);
    const [prompt, kept] = shown(sample);
    assert.equal(prompt, 'Q: Who?\nC: Here.\nA:');
    assert.ok(answer.startsWith(kept) && kept.length > 60, kept);
    assert.deepEqual([sample.ids.length, sample.truncated], [50, true]);
  });

  it('keep the words between columns, fill what there is, and mark just what was cut', () => {
    const text = fc.array(fc.constantFrom('cat', 'dog', 'the', 'house', 'Zyxw', 'é'), {
      minLength: 1,
      maxLength: 40,
    });
    let cuts = 0;
    fc.assert(
      fc.property(
        text,
        text,
        text,
        fc.integer({ min: 24, max: 80 }),
        (question, context, answer, maxLength) => {
          const record = {
            question: question.join(' '),
            context: context.join(' '),
            answer: ` ${answer.join(' ')}`,
          };
          const whole = tokenizer.encode(`Q: ${record.question}\nC: ${record.context}\nA:${record.answer}`);
          const sample = read(record, answers, maxLength);
          assert.equal(sample.truncated, whole.length > maxLength ? true : undefined);
          if (sample.truncated === undefined) return assert.deepEqual(sample.ids, whole);
          cuts++;
          // One limit holds for three columns, so that up to two tokens of room are left, and a seam's.
          assert.ok(
            sample.ids.length <= maxLength && sample.ids.length > maxLength - 6,
            `${sample.ids.length}`,
          );
          const [prompt, kept] = shown(sample);
          const [, asked = '', known = ''] = /^Q: (.*)\nC: (.*)\nA:$/.exec(prompt) ?? [];
          const starts = (full: string, part: string): boolean =>
            full.startsWith(part.replace(/\ufffd+$/, ''));
          assert.ok(starts(record.question, asked) && asked !== '', prompt);
          assert.ok(starts(record.context, known) && known !== '', prompt);
          assert.ok(starts(record.answer, kept) && kept !== '', kept);
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    assert.ok(cuts > 50, `${cuts} samples were cut`);
  });

  it('are refused where they leave no room', () => {
    throwsWith(
      () => read({ question: 'a', context: 'b', answer: ' c d' }, answers, 8),
      'data-line-invalid',
      /^d\.csv:3: the prompt leaves no room for the text in max_length 8/,
    );
  });

  it('are refused with a column that the row lacks, or that is to follow them', () => {
    throwsWith(
      () => read({ question: 'a', answer: ' c' }),
      'data-column-missing',
      /^d\.csv:3 has no text in the column "context"; it has question, answer\.$/,
    );
    throwsWith(
      () => read({ answer: ' c' }, { ...answers, prompt: 'Say {answer}:' }),
      'option-invalid',
      /task 'answers' names \{answer\}/,
    );
  });
});
