import assert from 'node:assert/strict';
import fc from 'fast-check';
import path from 'node:path';
import { ignored, toSample, type Sample } from '../../../../src/models/samples';
import { loadTokenizer, type TextTokenizer } from '../../../../src/models/tokenizer';
import type { TaskSource } from '../../../../src/shared/taskSource';
import { temporaryFolder } from '../../files/temporary';
import { throwsWith } from '../../files/throwsCode';
import { sampleModel } from '../startingTokenizer';
import { alternating, chatMl, folderWith, lastTurnThinks } from './templates';

const task: TaskSource = { name: 'chat', kind: 'causal-lm', file: 'unused', text: 'text' };
const tokens = { bos_token: '<|endoftext|>', eos_token: { content: '<|endoftext|>' } };
type Turn = readonly [role: string, content: string];
const turns = (...all: Turn[]): Record<string, unknown> => ({
  messages: all.map(([role, content]) => ({ role, content })),
});

describe('samples from conversations', () => {
  const folder = temporaryFolder();
  let count = 0;
  const withTemplate = async (template: string): Promise<TextTokenizer> =>
    loadTokenizer(
      await folderWith(path.join(folder.path, `${count++}`), { ...tokens, chat_template: template }),
    );
  const read = (record: Record<string, unknown>, tokenizer: TextTokenizer, maxLength = 500): Sample =>
    toSample(record, task, tokenizer, maxLength, 'd.jsonl:3');
  /** The whole as text, and each stretch that is trained on. */
  const shown = ({ ids, targets }: Sample, tokenizer: TextTokenizer): [text: string, spoken: string[]] => {
    const spoken: number[][] = [];
    targets.forEach((target, at) => {
      if (target === ignored) return;
      assert.equal(target, ids[at]);
      if (at === 0 || targets[at - 1] === ignored) spoken.push([]);
      spoken.at(-1)?.push(target);
    });
    return [ids.map((id) => tokenizer.decode([id])).join(''), spoken.map((own) => tokenizer.decode(own))];
  };

  it('are what the template makes of them, trained on what the assistant says and on how it ends', async () => {
    const tokenizer = await withTemplate(chatMl);
    const record = turns(
      ['system', 'Be brief.'],
      ['user', 'Hi'],
      ['assistant', 'Hello.'],
      ['user', 'Bye'],
      ['assistant', 'Good night.'],
    );
    const whole =
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello.<|im_end|>\n' +
      '<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\nGood night.<|im_end|>\n';
    const sample = read(record, tokenizer);
    assert.deepEqual(sample.ids, tokenizer.encodePlain(whole));
    assert.deepEqual(shown(sample, tokenizer), [whole, ['Hello.<|im_end|>\n', 'Good night.<|im_end|>\n']]);
  });

  it('may be written as ShareGPT writes them, and in parts as OpenAI does', async () => {
    const tokenizer = await withTemplate(chatMl);
    const plain = read(turns(['system', 'S'], ['user', 'Hi you'], ['assistant', 'Yes']), tokenizer);
    const conversations = [
      { from: 'system', value: 'S' },
      { from: 'human', value: 'Hi you' },
      { from: 'gpt', value: 'Yes' },
    ];
    assert.deepEqual(read({ conversations }, tokenizer), plain);
    const parts = [
      { type: 'text', text: 'Hi ' },
      { type: 'text', text: 'you' },
    ];
    const messages = [
      { role: 'system', content: 'S', name: null },
      { role: 'user', content: parts },
      { role: 'assistant', content: 'Yes', tool_calls: null },
    ];
    assert.deepEqual(read({ messages, text: null }, tokenizer), plain);
  });

  it('find turns that lose their thought once others follow', async () => {
    const tokenizer = await withTemplate(lastTurnThinks);
    const record = turns(['user', 'a'], ['assistant', 'Hello.'], ['user', 'b'], ['assistant', 'Good night.']);
    assert.deepEqual(shown(read(record, tokenizer), tokenizer)[1], [
      'Hello.<|im_end|>\n',
      '<think>\n\n</think>\n\nGood night.<|im_end|>\n',
    ]);
  });

  it('have the special tokens that the template names, and no others', async () => {
    const tokenizer = await withTemplate(alternating);
    const { ids, targets } = read(turns(['user', 'Hi'], ['assistant', ' Hello. ']), tokenizer);
    assert.deepEqual(ids, [0, ...tokenizer.encodePlain('[INST] Hi [/INST] Hello.'), 0]);
    assert.equal(tokenizer.decode(targets.filter((target) => target > 0)), ' Hello.');
    assert.equal(targets.at(-1), 0);
  });

  it('are trained on every turn of the assistant and nothing else, whatever is said', async () => {
    const tokenizer = await withTemplate(chatMl);
    const said = fc.string({ unit: fc.constantFrom(...'ab \n.<|é'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(said, said), { minLength: 1, maxLength: 4 }), (pairs) => {
        const record = turns(...pairs.flatMap(([q, a]): Turn[] => [['user', q], ['assistant', a]])); // prettier-ignore
        const sample = read(record, tokenizer);
        const all = pairs.map(
          ([q, a]) => `<|im_start|>user\n${q}<|im_end|>\n<|im_start|>assistant\n${a}<|im_end|>\n`,
        );
        assert.deepEqual(sample.ids, tokenizer.encodePlain(all.join('')));
        const spoken = sample.targets.filter((target) => target !== ignored);
        const answers = pairs.map(([, a]) => `${a}<|im_end|>\n`).join('');
        // A token may reach over the beginning of a turn, and is then trained on whole.
        const begun = tokenizer.decode(spoken).replaceAll(/(^|(?<=<\|im_end\|>\n))\n/g, '');
        assert.equal(begun.replaceAll('\n', ''), answers.replaceAll('\n', ''));
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  it('are cut at their end, and refused where no turn of the assistant is left', async () => {
    const tokenizer = await withTemplate(chatMl);
    const record = turns(['user', 'a'], ['assistant', 'one two three four five six']);
    const whole = read(record, tokenizer);
    assert.ok(!('truncated' in whole));
    const length = whole.ids.length - 3;
    assert.deepEqual(read(record, tokenizer, length), {
      ids: whole.ids.slice(0, length),
      targets: whole.targets.slice(0, length),
      truncated: true,
    });
    throwsWith(
      () => read(record, tokenizer, 5),
      'data-line-invalid',
      /^d\.jsonl:3: no token to predict is left/,
    );
  });

  it('give way to text where the task names a column of it', async () => {
    const tokenizer = await withTemplate(chatMl);
    const record = { ...turns(['user', 'a'], ['assistant', 'b']), text: 'Just a text.' };
    assert.deepEqual(read(record, tokenizer).ids, tokenizer.encode('Just a text.'));
    const named = toSample(record, { ...task, text: 'messages' }, tokenizer, 500, 'here');
    assert.deepEqual(shown(named, tokenizer)[1], ['b<|im_end|>\n']);
  });

  it('need a chat template', async () => {
    throwsWith(
      () => toSample(turns(['user', 'a'], ['assistant', 'b']), task, undefined, 50, 'd.jsonl:3'),
      'tokenizer-missing',
    );
    const without = await loadTokenizer(sampleModel);
    throwsWith(
      () => read(turns(['user', 'a'], ['assistant', 'b']), without),
      'tokenizer-missing',
      /^d\.jsonl:3 is a conversation, but the model folder has no chat template\.$/,
    );
  });

  it('are refused in the words of the template, and where it forgets a turn', async () => {
    const strict = await withTemplate(alternating);
    throwsWith(
      () => read(turns(['user', 'a'], ['user', 'b'], ['assistant', 'c']), strict),
      'data-line-invalid',
      /^d\.jsonl:3: the chat template refuses the conversation: Conversation roles must alternate/,
    );
    const last = await withTemplate('{{ messages[-1].content }}|');
    throwsWith(
      () => read(turns(['user', 'a'], ['assistant', 'b'], ['user', 'c']), last),
      'data-line-invalid',
      /^d\.jsonl:3: turn 2: the chat template writes it otherwise once turns follow/,
    );
  });

  const broken: readonly [what: string, record: Record<string, unknown>, message: RegExp][] = [
    ['no turn', { messages: [] }, /no turn of the assistant/],
    ['no turn of the assistant', turns(['user', 'a']), /no turn of the assistant/],
    ['a turn that is no object', { messages: ['a'] }, /turn 1: it is not an object with role and content/],
    ['a turn without words', { messages: [{ role: 'user' }] }, /turn 1: "content" must be a text/],
    ['a picture', { messages: [{ role: 'user', content: [{ type: 'image' }] }] }, /turn 1: "content"/],
    ['a role that is a number', { messages: [{ role: 1, content: 'a' }] }, /turn 1: "role" must be a text/],
    ['an unknown speaker', { conversations: [{ from: 'dog', value: 'a' }] }, /"from" is "dog".*human, user/],
    ['no speaker', { conversations: [{ value: 'a' }] }, /"from" is absent/],
    ['no value', { conversations: [{ from: 'gpt' }] }, /turn 1: "value" must be a text/],
  ];
  for (const [what, record, message] of broken) {
    it(`are refused with ${what}, naming the line`, async () => {
      const tokenizer = await withTemplate(chatMl);
      throwsWith(() => read(record, tokenizer), 'data-line-invalid', message);
      throwsWith(() => read(record, tokenizer), 'data-line-invalid', /^d\.jsonl:3: /);
    });
  }
});
