import assert from 'node:assert/strict';
import { parseTemplate, renderBounded } from '../../../../src/models/chat/boundedTemplate';
import { chatMl } from './templates';

const render = (source: string, variables: Readonly<Record<string, unknown>> = {}): string =>
  renderBounded(parseTemplate(source), variables);
const doubling = (first: string, join: string): string =>
  `{% set ns = namespace(x=${first}) %}{% for i in range(64) %}{% set ns.x = ns.x ${join} ns.x %}{% endfor %}{{ ns.x }}`;
const items = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('a chat template that takes more than any should', () => {
  for (const [what, source, words] of [
    ['counts too far', '{% for i in range(1000000000) %}x{% endfor %}', /range\(\) gives more than/],
    ['never ends', '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}', /nests deeper/],
    [
      'grows twice by each call',
      '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
      /steps/,
    ],
    ['doubles a text', doubling('"aa"', '~'), /a text of more than/],
    ['doubles a list', doubling('[1]', '+'), /a list of more than|steps/],
    ['indents by a billion', '{{ "a\nb" | indent(1000000000) }}', /indents by 1000000000/],
    ['writes JSON with a million spaces', '{{ [[1]] | tojson(indent=500000 * 2) }}', /indents by/],
  ] as const)
    it(`is refused where it ${what}`, () => {
      assert.throws(() => render(source), words);
    });

  it('is refused where loops in loops do nothing', () => {
    const loops = '{% for a in r %}{% for b in r %}{% endfor %}{% endfor %}';
    assert.throws(() => render(loops, { r: items(100_000) }), /steps/);
  });

  it('is none that writes a large number, or indents by a few', () => {
    assert.equal(render('{{ v | tojson }}', { v: 2024 }), '2024');
    assert.equal(render('{{ [2024] | tojson(indent=2) }}'), '[\n  2024\n]');
  });

  it('is none that goes through a conversation of a thousand turns, or leaves a loop early', () => {
    const messages = items(1000).map((n) => ({
      role: n % 2 ? 'assistant' : 'user',
      content: 'word '.repeat(50),
    }));
    assert.ok(render(chatMl, { messages, add_generation_prompt: true }).length > 250_000);
    const early =
      '{% for i in r %}{% if i > 2 %}{% break %}{% endif %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}';
    assert.equal(render(early.repeat(600), { r: [0, 1, 2, 3, 4] }), '02'.repeat(600));
    assert.equal(
      render('{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(4, 0, -2) %}{{ i }}{% endfor %}'),
      '01242',
    );
    assert.equal(render('{{ {"a": 1} | tojson(indent=2) }}'), '{\n  "a": 1\n}');
  });

  it('reaches no prototype', () => {
    assert.equal(render('{{ x.__proto__ }}{{ x.constructor }}{{ "a".constructor }}', { x: { a: 1 } }), '');
  });
});
