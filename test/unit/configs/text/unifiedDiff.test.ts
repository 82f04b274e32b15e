import * as assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { unifiedDiff } from '../../../../src/configs/text/unifiedDiff';
import { temporaryFolder } from '../../files/temporary';

describe('a difference for people', () => {
  const folder = temporaryFolder();
  const lines = Array.from({ length: 30 }, (_, line) => `key${line}: ${line}`);
  const ways: readonly [string, string][] = [
    ['with a newline at the end', `${lines.join('\n')}\n`],
    ['without one', lines.join('\n')],
    ['with the line ends of Windows', `${lines.join('\r\n')}\r\n`],
  ];
  for (const [way, text] of ways) {
    it(`is one that git applies, ${way}`, () => {
      const at = (needle: string): number => text.indexOf(needle) + needle.length;
      const edits = [
        { start: at('key2: '), end: at('key2: ') + 1, text: 'two' },
        { start: at('key28: '), end: at('key28: ') + 2, text: '' },
        { start: text.length, end: text.length, text: 'more: 1' },
      ];
      const file = path.join(folder.path, 'a.yml');
      writeFileSync(file, text);
      writeFileSync(path.join(folder.path, 'change.patch'), unifiedDiff('a.yml', text, edits));
      execFileSync('git', ['apply', '--whitespace=nowarn', 'change.patch'], { cwd: folder.path });
      assert.equal(readFileSync(file, 'utf8'), applyEdits(text, edits));
    });
  }

  it('is nothing where nothing changes', () => {
    assert.equal(unifiedDiff('a.yml', 'a: 1\n', []), '');
  });
});
