import assert from 'node:assert/strict';
import { promptColumns, promptParts } from '../../../src/shared/taskSource';

const names = (prompt: string): string[] =>
  promptParts(prompt).flatMap((part) => ('column' in part ? [part.column] : []));
const filled = (prompt: string): string =>
  promptParts(prompt)
    .map((part) => ('column' in part ? `<${part.column}>` : part.words))
    .join('');

describe('the columns that a prompt names', () => {
  it('are names in braces, of letters of any script, digits, spaces, dots, slashes and dashes', () => {
    assert.deepEqual(names('{text} {Review Text} {größe_2} {a.b-c/d} {0}'), [
      'text',
      'Review Text',
      'größe_2',
      'a.b-c/d',
      '0',
    ]);
  });

  it('are none of the braces of JSON and code, and none where the braces are doubled', () => {
    assert.equal(
      filled('{"a": {}} { return x; } {a, b} {\n{text}\n}'),
      '{"a": {}} { return x; } {a, b} {\n<text>\n}',
    );
    assert.equal(filled('{{text}} is {text}'), '{text} is <text>');
    assert.equal(filled('no braces'), 'no braces');
    assert.equal(filled(''), '');
  });

  it('are each counted once, {text} being the text of a classification task', () => {
    const prompt = '{text} {body} {other} {text}';
    assert.deepEqual(promptColumns({ kind: 'classification', text: 'body', prompt }), ['body', 'other']);
    assert.deepEqual(promptColumns({ kind: 'causal-lm', text: 'answer', prompt }), ['text', 'body', 'other']);
  });

  it('are the text alone where a classification task has no prompt, and none for causal-lm', () => {
    assert.deepEqual(promptColumns({ kind: 'classification', text: 'body' }), ['body']);
    assert.deepEqual(promptColumns({ kind: 'causal-lm', text: 'body' }), []);
  });
});
