import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chatTemplate, templateSource } from '../../../src/models/chat/chatTemplate';
import { loadTokenizer } from '../../../src/models/tokenizer';
import { alternating, chatMl, lastTurnThinks } from '../../unit/models/chat/templates';
import { mutateJson } from '../mutators/json';
import { mutateText } from '../mutators/text';
import { textOf, type FuzzTarget, type Seed } from '../target';

const sample = path.resolve(__dirname, '../../../media/sample/model');
const texts = [
  'Free tickets, é🦙!',
  '',
  '  a\n\tb ',
  '\ud800',
  `${'a'.repeat(40)}!`,
  '12345 67',
  '[MASK] <s>',
];

interface Definition {
  model: { vocab: unknown; merges?: unknown; type: string };
}

/** A tokenizer of each kind, each with few words: what fills a vocabulary is alike. */
function definitions(): Seed[] {
  const bpe = JSON.parse(readFileSync(path.join(sample, 'tokenizer.json'), 'utf8')) as Definition;
  const vocab = Object.entries(bpe.model.vocab as Record<string, number>).filter(([, id]) => id < 300);
  const kept = new Set(vocab.map(([word]) => word));
  const merges = (bpe.model.merges as (string | [string, string])[]).filter((pair) => {
    const [left, right] = typeof pair === 'string' ? pair.split(' ') : pair;
    return kept.has(`${left}${right}`);
  });
  const small = { ...bpe, model: { ...bpe.model, vocab: Object.fromEntries(vocab), merges } };
  const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'free', 'tickets', 'a', '##b', '!'];
  const special = (id: number) => ({
    ...{ id, content: words[id] },
    special: true,
    normalized: false,
    lstrip: false,
    rstrip: false,
    single_word: false,
  });
  const wordPiece = {
    added_tokens: [1, 2, 3, 4].map(special),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] } },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      ...{
        type: 'WordPiece',
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        max_input_chars_per_word: 100,
      },
      vocab: Object.fromEntries(words.map((word, id) => [word, id])),
    },
  };
  const unigram = {
    added_tokens: [],
    normalizer: { type: 'Sequence', normalizers: [{ type: 'NFKC' }, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }] },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Split', pattern: { Regex: '\\p{N}{1,3}| ?\\p{L}+|\\s+(?!\\S)|\\s+' }, behavior: 'Isolated', invert: false },
        { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
      ],
    },
    post_processor: null,
    decoder: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
    model: { type: 'Unigram', unk_id: 0, vocab: [['<unk>', 0], ['▁', -2], ['a', -2.5], ['▁Free', -3], ['tickets', -4]] },
  }; // prettier-ignore
  return Object.entries({ bpe: small, wordPiece, unigram }).map(([name, value]) => ({
    name,
    input: JSON.stringify(value),
  }));
}

const file = 'tokenizer.json';

/** tokenizer.json: loaded, and every text taken to tokens and back. */
const definition: FuzzTarget = {
  name: 'tokenizer',
  open: (folder) =>
    Promise.resolve({
      seeds: definitions(),
      mutate: ({ input }, random) => mutateJson(textOf(input), [], random),
      read: async (input) => {
        await writeFile(path.join(folder, file), input);
        const tokenizer = await loadTokenizer(folder);
        for (const text of texts) {
          const ids = tokenizer.encode(text);
          assert.ok(
            ids.every((id) => Number.isInteger(id) && id >= 0),
            `ids ${ids.join()}`,
          );
          assert.equal(typeof tokenizer.decode(tokenizer.encodePlain(text)), 'string');
        }
        return true;
      },
    }),
};

/** tokenizer_config.json beside a sound tokenizer. */
const settings: FuzzTarget = {
  name: 'tokenizer-config',
  open: async (folder) => {
    await writeFile(path.join(folder, file), textOf(definitions()[1]!.input));
    const config = JSON.parse(readFileSync(path.join(sample, 'tokenizer_config.json'), 'utf8')) as object;
    const named = [
      { name: 'tool', template: 'x' },
      { name: 'default', template: chatMl },
    ];
    return {
      seeds: [
        { name: 'sample', input: JSON.stringify({ ...config, chat_template: chatMl }) },
        { name: 'named', input: JSON.stringify({ bos_token: { content: '<s>' }, chat_template: named }) },
      ],
      mutate: ({ input }, random) => mutateJson(textOf(input), [], random),
      read: async (input) => {
        await writeFile(path.join(folder, 'tokenizer_config.json'), input);
        try {
          const tokenizer = await loadTokenizer(folder);
          return tokenizer.encode('free tickets').length > 0;
        } finally {
          await rm(path.join(folder, 'tokenizer_config.json'));
        }
      },
    };
  },
};

const hostile = [
  '{% for i in range(1000000000) %}x{% endfor %}',
  '{% set ns = namespace(x="aa") %}{% for i in range(64) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}',
  '{% set ns = namespace(x=[1]) %}{% for i in range(64) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}',
  '{% macro f(x) %}{{ f(x) }}{{ f(x) }}{% endmacro %}{{ f(1) }}',
  '{{ messages | tojson(indent=1000000000) }}{{ "a" | indent(1000000000) }}',
  '{{ strftime_now("%Y-%m-%d") }}{{ messages[0].__proto__ }}{{ messages.constructor }}',
];
const messages = [
  { role: 'system', content: 'Be short.' },
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Ho' },
];

/** Chat templates, which are programs: rendered on a conversation. */
const templates: FuzzTarget = {
  name: 'chat-template',
  open: () => {
    const all = [chatMl, lastTurnThinks, alternating, ...hostile];
    return Promise.resolve({
      seeds: all.map((input, index) => ({ name: `template ${index + 1}`, input })),
      mutate: ({ input }, random) => mutateText(textOf(input), all, random),
      read: (input) => {
        const source = templateSource(textOf(input), {});
        assert.ok(source !== undefined);
        const template = chatTemplate(
          source,
          { bos_token: '<s>', eos_token: { content: '</s>' } },
          'template',
        );
        try {
          return template.render(messages, true).length > 0;
        } catch (thrown) {
          // What the template says of the conversation, which chatSample.ts puts into words; but a stack that was too small is ours.
          if (thrown instanceof Error && !(thrown instanceof RangeError)) return false;
          throw thrown;
        }
      },
    });
  },
};

export const tokenizers: readonly FuzzTarget[] = [definition, settings, templates];
