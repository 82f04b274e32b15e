import * as assert from 'node:assert/strict';
import { parseJsonTree } from '../../../../src/configs/trainers/jsonTree';
import { limits, type ConfigNode } from '../../../../src/configs/trainers/tree';
import { parseYamlTree } from '../../../../src/configs/trainers/yamlTree';

const sizeOf = (node: ConfigNode | undefined): number => {
  if (node?.kind === 'list') return node.items.reduce((sum, item) => sum + sizeOf(item), 1);
  if (node?.kind === 'map') return node.entries.reduce((sum, { value }) => sum + sizeOf(value), 1);
  return 1;
};

describe('the parsers of trainers’ files', function () {
  this.timeout(300_000);
  it('stop at a depth, whatever nests', () => {
    const many = 100_000;
    for (const open of ['[', '{"a":', '{a: ', '- ', '? ', '[{', 'a: [', ']', '}']) {
      for (const text of [open.repeat(many / 4), `a: 1\nb: ${open.repeat(1000)}`]) {
        parseJsonTree(text);
        parseYamlTree(text);
      }
    }
    const { root, faults } = parseJsonTree(
      `{"r": 8, "deep": ${'['.repeat(many)}${']'.repeat(many)}, "s": 1}`,
    );
    assert.deepEqual(
      root?.entries.map(({ key }) => key),
      ['r', 'deep', 's'],
    );
    assert.match(faults[0]?.message ?? '', /nested deeper/);
  });

  it('stop at a number of nodes where aliases stand for aliases', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 30; i++) lines.push(`a${i}: &a${i} [${`*a${i - 1}, `.repeat(10)}]`);
    const { root } = parseYamlTree(lines.join('\n'));
    const size = sizeOf(root);
    assert.ok(size > 10_000 && size < 2 * limits.nodes, `${size} nodes`);
  });

  it('keep the place of a second document within the text', () => {
    const text = 'b: 1\n...\ne';
    const { faults } = parseYamlTree(text);
    assert.deepEqual(
      faults.map(({ range }) => range),
      [{ start: text.length - 1, end: text.length }],
    );
  });

  it('do not follow an alias into itself', () => {
    const { root } = parseYamlTree('a: &a\n  b: *a\n  <<: *a\nc: 1\n');
    assert.deepEqual(
      root?.entries.map(({ key }) => key),
      ['a', 'c'],
    );
  });

  it('refuse what is longer than any configuration', () => {
    for (const { root, faults } of [
      parseYamlTree(`a: 1\n${'#'.repeat(limits.yamlCharacters)}`),
      parseJsonTree(`{"a": 1}${' '.repeat(limits.jsonCharacters)}`),
    ]) {
      assert.equal(root, undefined);
      assert.match(faults[0]?.message ?? '', /longer than/);
    }
  });
});
