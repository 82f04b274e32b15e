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
});
