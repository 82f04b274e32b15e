import * as assert from 'node:assert/strict';
import type { KeyChange } from '../../../../src/configs/trainers/writeBack/setKey';
import { edited } from './edited';

const lines = (...rows: string[]): string => rows.map((row) => `${row}\n`).join('');

describe('a key of a JSON file', () => {
  const text = lines(
    '{',
    '  "a": 8, ',
    '  "b": [',
    '    "q",',
    '    "v"',
    '  ],',
    '  "c": {},',
    '  "n": [0,1]',
    '}',
  );

  it('changes its number in place', () => {
    assert.equal(edited(text, 'json', [{ path: 'a', value: 4 }]), text.replace('8', '4'));
  });

  it('adds rows one a line where the file has them so, behind what is last', () => {
    const after = edited(text, 'json', [
      { path: 'c', value: { '^x\\.0': 4, '^x\\.1': 8 } },
      { path: 'b', value: ['q', 'k', 'v', 'o'] },
      { path: 'n', value: undefined },
    ]);
    const rows = ['  "c": {', String.raw`    "^x\\.0": 4,`, String.raw`    "^x\\.1": 8`, '  }'];
    const list = ['    "q",', '    "k",', '    "v",', '    "o"'];
    assert.equal(after, lines('{', '  "a": 8, ', '  "b": [', ...list, '  ],', ...rows, '}'));
  });

  it('stays on one line where it was, minified or not', () => {
    const changes: KeyChange[] = [
      { path: 'a', value: undefined },
      { path: 'b.x', value: undefined },
      { path: 'b.z', value: 5 },
      { path: 'c', value: [1, 3] },
    ];
    const minified = '{"a":1,"b":{"x":2,"y":3},"c":[1,2,3]}';
    assert.equal(edited(minified, 'json', changes), '{"b":{"y":3,"z":5},"c":[1,3]}');
    const spaced = '{"a": 1, "b": {"x": 2, "y": 3}, "c": [1, 2, 3]}';
    assert.equal(edited(spaced, 'json', changes), '{"b": {"y": 3, "z": 5}, "c": [1, 3]}');
  });

  it('comes in order where the keys are in order', () => {
    const sorted = lines('{', '  "a": 1,', '  "c": 2,', '  "d": 3', '}');
    assert.equal(
      edited(sorted, 'json', [{ path: 'b', value: null, after: ['d'] }]),
      lines('{', '  "a": 1,', '  "b": null,', '  "c": 2,', '  "d": 3', '}'),
    );
  });

  it('leaves an empty map where all keys go', () => {
    assert.equal(edited('{"a": {"x": 2}}', 'json', [{ path: 'a.x', value: undefined }]), '{"a": {}}');
  });
});

describe('a key of a YAML file', () => {
  const text = lines(
    '# head',
    'model: x',
    'r: 8 # rank',
    'targets: # which',
    '  - q_proj # q',
    '  - v_proj',
    '  # - k_proj',
    '',
    'rows:',
    String.raw`  '^a\.0': 2 # first`,
    String.raw`  '^a\.5': 3`,
    'flow: { a: 1, b: [1, 2] }',
  );

  it('keeps comments, quotes and rows that stay', () => {
    const after = edited(text, 'yaml', [
      { path: 'r', value: 16 },
      { path: 'rows', value: { '^a\\.0': 4, '^a\\.1': 8 } },
      { path: 'targets', value: ['q_proj', 'o_proj', 'x_proj'] },
      { path: 'alpha', value: 32, after: ['missing', 'targets'] },
      { path: 'flow.b', value: [1, 3] },
      { path: 'flow.a', value: undefined },
    ]);
    const expected = lines(
      '# head',
      'model: x',
      'r: 16 # rank',
      'targets: # which',
      '  - q_proj # q',
      '  - o_proj',
      '  - x_proj',
      '  # - k_proj',
      'alpha: 32',
      '',
      'rows:',
      String.raw`  '^a\.0': 4 # first`,
      String.raw`  '^a\.1': 8`,
      'flow: { b: [1, 3] }',
    );
    assert.equal(after, expected);
  });

  it('keeps line ends, and the mark at the beginning', () => {
    const windows = `\ufeff${text.replaceAll('\n', '\r\n')}`;
    const changes: KeyChange[] = [
      { path: 'rows', value: undefined },
      { path: 'targets', value: 'all' },
      { path: 'more', value: { x: 1 }, after: ['r'] },
    ];
    const after = edited(windows, 'yaml', changes);
    assert.equal(after, `\ufeff${edited(text, 'yaml', changes).replaceAll('\n', '\r\n')}`);
  });

  it('keeps the mark before a key of the first line, which may come or go', () => {
    const changes: KeyChange[] = [
      { path: 'more', value: { x: 1 }, after: ['a'] },
      { path: 'b', value: ['v', 'q'] },
    ];
    for (const rows of ['a: 1\nb: [q]\n', 'b: [q]\na: 1\n']) {
      assert.equal(edited(`\ufeff${rows}`, 'yaml', changes), `\ufeff${edited(rows, 'yaml', changes)}`);
      const gone: KeyChange[] = [{ path: 'a', value: undefined }];
      assert.equal(edited(`\ufeff${rows}`, 'yaml', gone), `\ufeff${edited(rows, 'yaml', gone)}`);
    }
  });

  it('ends the last line first where it has no end', () => {
    assert.equal(edited('a: 1', 'yaml', [{ path: 'b.c', value: 2 }]), 'a: 1\nb:\n  c: 2\n');
  });

  it('puts a value where an alias stood, and leaves the anchor', () => {
    const aliased = 'a: &t [q, v]\nb: *t\n';
    assert.equal(edited(aliased, 'yaml', [{ path: 'b', value: ['q'] }]), 'a: &t [q, v]\nb: [q]\n');
    assert.throws(() => edited(aliased, 'yaml', [{ path: 'a', value: ['q'] }]), {
      code: 'experiment-invalid',
      message: /^a cannot be written without changing other parts/,
    });
  });
});

describe('an argument of a Python call', () => {
  const spread = lines(
    'config = LoraConfig(  # ours',
    '    r=8,  # rank',
    '    target_modules=["q_proj", "v_proj"],',
    '    task_type=TaskType.CAUSAL_LM,  # last',
    ')',
    'print(config)',
  );

  it('comes on its own line where the others do', () => {
    const after = edited(spread, 'python', [
      { path: 'r', value: 4 },
      { path: 'target_modules', value: ['q_proj', 'k_proj', 'v_proj'] },
      { path: 'rank_pattern', value: { '^a\\.0': 8 } },
      { path: 'use_dora', value: true, after: ['r'] },
    ]);
    const expected = lines(
      'config = LoraConfig(  # ours',
      '    r=4,  # rank',
      '    use_dora=True,',
      '    target_modules=["q_proj", "k_proj", "v_proj"],',
      '    task_type=TaskType.CAUSAL_LM,  # last',
      String.raw`    rank_pattern={r"^a\.0": 8},`,
      ')',
      'print(config)',
    );
    assert.equal(after, expected);
  });

  it('needs no comma at the end where there was none', () => {
    const open = lines('f(', '    r=8,  # rank', '    x=None  # none, so far', ')');
    assert.equal(
      edited(open, 'python', [{ path: 'y', value: "it's" }]),
      lines('f(', '    r=8,  # rank', '    x=None,  # none, so far', `    y="it's"`, ')'),
    );
    const after = edited(open, 'python', [{ path: 'x', value: undefined }]);
    assert.equal(after, lines('f(', '    r=8  # rank', ')'));
  });

  it('stands in one line with the others, behind arguments by position', () => {
    const call = 'model = get_peft_model(model, r = 8, **more)\n';
    assert.equal(
      edited(call, 'python', [{ path: 'layers', value: [0, 1] }]),
      'model = get_peft_model(model, r = 8, layers = [0, 1], **more)\n',
    );
    assert.equal(
      edited('f()', 'python', [
        { path: 'r', value: 8 },
        { path: 's', value: 'x' },
      ]),
      'f(r=8, s="x")',
    );
    assert.equal(
      edited("f(a='x', b=1)", 'python', [
        { path: 'b', value: undefined },
        { path: 'c', value: 'y' },
      ]),
      "f(a='x', c='y')",
    );
  });

  it('spreads a map that is too long for its line', () => {
    const rows = Object.fromEntries(
      [0, 1, 2, 3].map((layer) => [`^model\\.layers\\.${layer}\\.self_attn\\.q_proj`, 4]),
    );
    const after = edited('  c = f(r=8)\n', 'python', [{ path: 'rank_pattern', value: rows }]);
    const row = (layer: number): string =>
      String.raw`      r"^model\.layers\.${layer}\.self_attn\.q_proj": 4,`;
    assert.equal(after, lines('  c = f(r=8, rank_pattern={', row(0), row(1), row(2), row(3), '  })'));
  });
});
