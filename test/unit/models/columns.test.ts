import { requireColumns } from '../../../src/models/columns';
import { throwsWith } from '../files/throwsCode';

const lines = [
  { record: { text: 'a', label: 'x' }, where: 'f.jsonl:7' },
  { record: { text: 'b' }, where: 'f.jsonl:2' },
];
const task = { name: 't', kind: 'classification', file: 'f.jsonl', text: 'text', label: 'label' } as const;

describe('the columns of a data file', () => {
  it('are missing where no line has them, and then no line is named', () => {
    throwsWith(
      () => requireColumns(lines, { ...task, label: 'lbl' }),
      'data-column-missing',
      /^No line of f\.jsonl has the column "lbl"; there are text, label\.$/,
    );
    throwsWith(() => requireColumns(lines, { ...task, text: 'body' }), 'data-column-missing', /"body"/);
  });

  it('are there where one line has them, and not asked for in tokenized data', () => {
    requireColumns(lines, task);
    requireColumns([{ record: { input_ids: [1, 2] }, where: 'f.jsonl:1' }], task);
    requireColumns(lines, { ...task, kind: 'causal-lm', label: 'none' });
  });

  it('are those of the prompt too, and the text only where the prompt names it', () => {
    const prompted = { ...task, prompt: '{question}\n{context}' };
    const rows = [{ record: { question: 'a', context: 'b', label: 'x' }, where: 'f.csv:2' }];
    requireColumns(rows, prompted);
    throwsWith(
      () => requireColumns(rows, { ...prompted, prompt: '{question} {source}' }),
      'data-column-missing',
      /"source"; there are question, context, label/,
    );
    throwsWith(
      () => requireColumns(rows, { ...prompted, kind: 'causal-lm', text: 'answer' }),
      'data-column-missing',
      /"answer"/,
    );
  });

  it('are not asked for in conversations, except by a task that names text', () => {
    const rows = [{ record: { messages: [{ role: 'user', content: 'a' }] }, where: 'f.jsonl:1' }];
    requireColumns(rows, { ...task, kind: 'causal-lm' });
    throwsWith(() => requireColumns(rows, task), 'data-column-missing', /"text"; there is messages/);
  });
});
