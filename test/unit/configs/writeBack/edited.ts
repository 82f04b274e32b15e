import * as assert from 'node:assert/strict';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { parseJsonTree } from '../../../../src/configs/trainers/jsonTree';
import type { ParsedTree, Syntax } from '../../../../src/configs/trainers/tree';
import { setKeys, type KeyChange } from '../../../../src/configs/trainers/writeBack/setKey';
import { parseYamlTree } from '../../../../src/configs/trainers/yamlTree';
import { callTree } from './pythonCall';

export const parsers: Readonly<Record<Syntax, (text: string) => ParsedTree>> = {
  json: parseJsonTree,
  yaml: parseYamlTree,
  python: (text) => ({ root: callTree(text), faults: [] }),
};

/** A text after changes, which a second time change nothing. */
export function edited(text: string, syntax: Syntax, changes: readonly KeyChange[]): string {
  const { root } = parsers[syntax](text);
  assert.ok(root, text);
  const after = applyEdits(text, setKeys({ text, syntax, root }, changes, parsers[syntax]));
  const again = parsers[syntax](after).root;
  assert.ok(again, after);
  assert.deepEqual(
    setKeys({ text: after, syntax, root: again }, changes, parsers[syntax]),
    [],
    'a second time',
  );
  return after;
}
