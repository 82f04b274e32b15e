import assert from 'node:assert/strict';
import {
  canBePrompt,
  guessColumns,
  guessWhole,
  isClasses,
  taskOf,
  type Ability,
} from '../../../../src/extension/newExperiment/guessTask';
import type { ColumnPeek, DataPeek } from '../../../../src/extension/newExperiment/peekData';

const text = (name: string, longest = 200): ColumnPeek => ({
  ...{ name, kind: 'text', seen: 100, longest },
  values: Array.from({ length: 21 }, (_, n) => `${name} ${n}`),
});
const classes = (name: string, values = ['a', 'b']): ColumnPeek => ({
  ...{ name, kind: 'text', values, seen: 100, longest: 8 },
});
const list = (name: string): ColumnPeek => ({ name, kind: 'list', values: [''], seen: 100, longest: 0 });
const unread = (name: string): ColumnPeek => ({ name, kind: 'unknown', values: [], seen: 0, longest: 0 });
const peek = (...columns: ColumnPeek[]): DataPeek => ({ columns, rows: 100, isEstimate: false });

/** What is learned of data where every guess is taken. */
function guessed(data: DataPeek, ability: Ability = 'language'): unknown {
  const whole = guessWhole(data, ability);
  if (whole) return whole;
  const { reads, gives } = guessColumns(data, ability);
  return taskOf(
    reads,
    data.columns.find(({ name }) => name === gives),
    ability,
  );
}

describe('what is learned from data', () => {
  it('is a label where there are classes', () => {
    const spam = { kind: 'classification', text: 'text', label: 'label' };
    assert.deepEqual(guessed(peek(text('text'), classes('label'))), spam);
    assert.deepEqual(guessed(peek(classes('label'), text('text')), 'classes'), spam);
    // By what is in them, where names say nothing.
    assert.deepEqual(guessed(peek(text('mail'), classes('is_wanted'))), {
      kind: 'classification',
      text: 'mail',
      label: 'is_wanted',
    });
  });

  it('is an answer to a prompt where that is free text, with what belongs to the prompt', () => {
    const alpaca = peek(text('instruction'), text('input'), text('output'));
    assert.deepEqual(guessed(alpaca), {
      kind: 'causal-lm',
      text: 'output',
      prompt: '{instruction}\n{input}\n',
    });
    assert.deepEqual(guessed(peek(text('question'), text('context'), text('answer'))), {
      kind: 'causal-lm',
      text: 'answer',
      prompt: '{context}\n{question}\n',
    });
    assert.deepEqual(guessed(peek(text('prompt'), text('completion'))), {
      kind: 'causal-lm',
      text: 'completion',
      prompt: '{prompt}\n',
    });
  });

  it('is the text itself, a conversation, tokens or an image where there is no more', () => {
    assert.deepEqual(guessed(peek(text('sentence'), text('id', 9))), { kind: 'causal-lm', text: 'sentence' });
    assert.deepEqual(guessed(peek(list('messages'))), { kind: 'causal-lm' });
    assert.deepEqual(guessed(peek(list('input_ids'), list('labels'))), { kind: 'causal-lm' });
    assert.deepEqual(guessed(peek(list('input_ids'), list('labels')), 'classes'), { kind: 'classification' });
    assert.deepEqual(guessed(peek(list('pixel_values'), classes('labels')), 'images'), {
      kind: 'image-classification',
    });
  });

  it('goes by names alone where no row was looked at', () => {
    assert.deepEqual(guessed(peek(unread('text'), unread('label'))), {
      kind: 'classification',
      text: 'text',
      label: 'label',
    });
    assert.deepEqual(guessed(peek(unread('prompt'), unread('response'))), {
      kind: 'causal-lm',
      text: 'response',
      prompt: '{prompt}\n',
    });
  });

  it('is asked for unless the names of all columns say so', () => {
    const isSure = (...columns: ColumnPeek[]): boolean => guessColumns(peek(...columns), 'language').isSure;
    assert.ok(isSure(text('text'), classes('label'), text('id', 9)));
    assert.ok(isSure(text('instruction'), text('input'), text('output')));
    assert.ok(isSure(text('text')));
    assert.ok(!isSure(text('text'), classes('label'), text('title')));
    assert.ok(!isSure(text('mail'), classes('is_wanted')));
    assert.ok(!isSure(text('body')));
  });

  it('takes few and short values of many rows for classes', () => {
    assert.ok(isClasses(classes('x')));
    assert.ok(!isClasses({ ...classes('x'), values: Array.from({ length: 21 }, (_, n) => `${n}`) }));
    assert.ok(!isClasses({ ...classes('x'), longest: 300 }));
    assert.ok(!isClasses({ ...classes('x'), seen: 3 }), 'too few rows to tell by');
    assert.ok(isClasses({ ...classes('label'), seen: 3 }));
    assert.ok(!isClasses(list('label')));
  });

  it('puts into a prompt what a prompt can name', () => {
    assert.ok(canBePrompt('question') && canBePrompt('Frage 1'));
    assert.ok(!canBePrompt('{x}') && !canBePrompt('a\nb') && !canBePrompt(''));
  });
});
