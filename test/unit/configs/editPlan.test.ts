import assert from 'node:assert/strict';
import fc from 'fast-check';
import { applyEdits, planEdits } from '../../../src/configs/experiment/editPlan';
import type { Plan, PlannedModule } from '../../../src/shared/words';
import { throwsWith } from '../files/throwsCode';
import { parsed, planless, planOf, row, sampleExperiment } from './sampleExperiment';

const path = (layer: number, name = 'q_proj'): string => `model.layers.${layer}.self_attn.${name}`;
const apply = (text: string, plan: Plan): string => applyEdits(text, planEdits(text, plan));

describe('writing the plan into the experiment', () => {
  it('appends a block where there is none', () => {
    const plan = planOf({ [path(3)]: row(4), [path(5)]: row(2, { alpha: 1.5, locked: true }) });
    const expected = `${planless}plan:
  modules:
    model.layers.3.self_attn.q_proj: { rank: 8, alpha: 16, experts: 4 }
    model.layers.5.self_attn.q_proj: { rank: 8, alpha: 1.5, experts: 2, locked: true }
`;
    assert.equal(apply(planless, plan), expected);
    assert.equal(apply(planless.trimEnd(), plan), expected);
    assert.equal(apply(`${planless}plan:\n`, plan), expected);
    assert.equal(apply(`${planless}plan: {}\n`, plan), expected);
    assert.equal(apply(`${planless}plan: null # mine\n`, plan), expected.replace('plan:', 'plan: # mine'));
    assert.equal(apply(planless.replaceAll('\n', '\r\n'), plan), expected.replaceAll('\n', '\r\n'));
    assert.equal(apply(`${planless}...\n`, plan), `${expected}...\n`);
  });

  it('changes single numbers and leaves every other byte', () => {
    const plan = planOf({ [path(3)]: row(6) });
    const at = sampleExperiment.lastIndexOf('experts: 4') + 'experts: '.length;
    assert.deepEqual(planEdits(sampleExperiment, plan), [{ start: at, end: at + 1, text: '6' }]);
  });

  it('adds and removes rows and keeps comments, order, quotes and indentation', () => {
    const text = `# top
plan:   # ours
     modules: # rows
        # upper layers
        'a.1.q': {rank: 8,alpha: 16.0,experts: 4}   # keep me
        # goes
        'a.2.q': { rank: 8, alpha: 16, experts: 4 } # goes too

        # block style
        'a.3.q':
            rank: 8   # inner
            experts: 4
            alpha: 16
     # before shared
     shared: [] # none
model: m # last
`;
    const plan = planOf({
      'a.0.q': row(1),
      'a.1.q': row(4),
      'a.1.v': row(2),
      'a.3.q': row(5, { rank: 9, locked: true }),
      'a.4.q': row(3),
    });
    assert.equal(
      apply(text, plan),
      `# top
plan:   # ours
     modules: # rows
        'a.0.q': { rank: 8, alpha: 16, experts: 1 }
        # upper layers
        'a.1.q': {rank: 8,alpha: 16.0,experts: 4}   # keep me
        'a.1.v': { rank: 8, alpha: 16, experts: 2 }
        # goes

        # block style
        'a.3.q':
            rank: 9   # inner
            experts: 5
            alpha: 16
            locked: true
        'a.4.q': { rank: 8, alpha: 16, experts: 3 }
     # before shared
     shared: [] # none
model: m # last
`,
    );
  });

  it('leaves locked rows alone, also those that the plan does not have', () => {
    const locked = sampleExperiment.replace('experts: 4 }   #', 'experts: 4, locked: true }   #');
    assert.deepEqual(planEdits(locked, planOf({})), []);
    assert.deepEqual(planEdits(locked, planOf({ [path(3)]: row(7) })), []);
    assert.match(
      apply(locked, planOf({ [path(4)]: row(7) })),
      /locked: true \} {3}# locked.*\n.*layers\.4.*experts: 7/,
    );
  });

  it('writes flow style, empty and shared blocks', () => {
    const shared: Plan['shared'] = [{ tensor: 'A', members: [path(1), path(2)], count: 1 }];
    const two = { [path(1)]: row(1), [path(2)]: row(1) };
    const written = apply(planless, planOf(two, shared));
    assert.match(
      written,
      /\n {2}shared:\n {4}- \{ tensor: A, members: \[model\.layers\.1.*\], count: 1 \}\n$/,
    );
    assert.deepEqual(parsed(written), planOf(two, shared));
    assert.deepEqual(parsed(apply(written, planOf(two))), planOf(two));
    assert.equal(
      apply(sampleExperiment, planOf({})),
      sampleExperiment.replace(/ {2}modules:\n.*\n/, '  modules: {}\n'),
    );
    const flow = `${planless}plan: { modules: { ${path(1)}: { rank: 8, alpha: 16, experts: 4 } # one\n  } }\n`;
    assert.equal(
      apply(flow, planOf({ [path(1)]: row(5) })),
      flow.replace('experts: 4 } # one', 'experts: 5 } # one'),
    );
    const grown = apply(flow, planOf({ [path(1)]: row(4), [path(2)]: row(1) }));
    assert.match(grown, /plan:\n {2}# one\n {2}modules:\n {4}model/);
    assert.deepEqual(Object.keys(parsed(grown)?.modules ?? {}), [path(1), path(2)]);
  });

  it('copes with rows that lack numbers, aliases and empty rows', () => {
    const odd = `plan:\n  modules:\n    a.b: { rank: 8 } # odd\n    a.c:\n    a.d: 3\n    a.e: &e { rank: 8, alpha: 16, experts: 1 }\n    a.f: *e\n`;
    const plan = planOf({ 'a.b': row(1), 'a.c': row(2), 'a.d': row(3), 'a.e': row(4), 'a.f': row(5) });
    assert.equal(
      apply(odd, plan),
      `plan:\n  modules:\n    a.b: { rank: 8, alpha: 16, experts: 1 } # odd\n${[2, 3]
        .map((n) => `    a.${'?bcd'[n]}: { rank: 8, alpha: 16, experts: ${n} }\n`)
        .join(
          '',
        )}    a.e: &e { rank: 8, alpha: 16, experts: 4 }\n    a.f: { rank: 8, alpha: 16, experts: 5 }\n`,
    );
    // Removing the anchor's row would break the alias elsewhere, so the block is written afresh.
    const anchored = apply(odd, planOf({ 'a.f': row(1) }));
    assert.doesNotMatch(anchored, /\*e/);
  });

  it('refuses texts that it cannot edit', () => {
    throwsWith(() => planEdits('plan: [', planOf({})), 'experiment-syntax', /not valid YAML at \d+:\d+/);
    throwsWith(() => planEdits('{ version: 1 }', planOf({})), 'experiment-invalid', /not a block of keys/);
    throwsWith(() => planEdits('a: *b\n', planOf({})), 'experiment-syntax');
    const outside = `plan:\n  modules:\n    a.e: &e { rank: 8, alpha: 16, experts: 1 }\nx: *e\n`;
    throwsWith(() => planEdits(outside, planOf({})), 'experiment-invalid', /without changing other parts/);
  });
});

describe('a written plan', () => {
  const numbers = fc.record(
    {
      rank: fc.integer({ min: 1, max: 64 }),
      alpha: fc.oneof(fc.integer({ min: 1, max: 128 }), fc.double({ min: 0.01, max: 99, noNaN: true })),
      experts: fc.integer({ min: 0, max: 16 }),
    },
    { noNullPrototype: true },
  );
  const paths = Array.from({ length: 12 }, (_, i) =>
    path(Math.floor(i / 2), i % 2 === 0 ? 'q_proj' : 'v_proj'),
  );
  const modules = fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), numbers), {
    selector: ([name]) => name,
  });
  const plans = modules.map((rows) => planOf(Object.fromEntries(rows)));

  /** A plan block in some style, with comments, and a marker after it. */
  const blocks = fc
    .tuple(
      modules,
      fc.array(fc.record({ style: fc.nat({ max: 3 }), comment: fc.nat({ max: 3 }), locked: fc.boolean() })),
      fc.constantFrom('  ', '    ', ' '),
      fc.constantFrom('', '"', "'"),
    )
    .map(([rows, styles, indent, quote]) => {
      const lines = rows.flatMap(([name, { rank, alpha, experts }], index) => {
        const { style = 0, comment = 0, locked = false } = styles[index % Math.max(1, styles.length)] ?? {};
        const lock = locked ? ['locked: true'] : [];
        const fields = [`rank: ${rank}`, `alpha: ${alpha}`, `experts: ${experts}`, ...lock];
        const key = `${indent}${indent}${quote}${name}${quote}:`;
        const end = comment > 1 ? `  # beside ${name}` : '';
        const above = comment % 2 === 1 ? [`${indent}${indent}# above ${name}`] : [];
        if (style === 0)
          return [...above, `${key}${end}`, ...fields.map((field) => `${indent}${indent} ${field}`)];
        const open = style === 1 ? '{' : '{ ';
        return [...above, `${key} ${open}${fields.join(style === 2 ? ',  ' : ', ')} }${end}`];
      });
      const keys = rows.length === 0 ? [`${indent}modules: {}`] : [`${indent}modules:`, ...lines];
      return ['plan: # ours', ...keys, ''].join('\n');
    });
  const texts = fc
    .tuple(fc.option(blocks, { nil: '' }), fc.boolean(), fc.boolean(), fc.boolean())
    .map(([block, last, crlf, newline]) => {
      const after = '# after\nfloe: { warmup_steps: 3 } # end\n';
      const text = last ? planless + block : planless + block + after;
      const ended = newline ? text : text.trimEnd();
      return crlf ? ended.replaceAll('\n', '\r\n') : ended;
    });

  const lockedIn = (text: string): Record<string, PlannedModule> =>
    Object.fromEntries(Object.entries(parsed(text)?.modules ?? {}).filter(([, { locked }]) => locked));

  it('parses back to itself with the locked rows, and leaves the bytes outside', () => {
    fc.assert(
      fc.property(texts, plans, (text, plan) => {
        const after = apply(text, plan);
        assert.deepEqual(parsed(after)?.modules, { ...plan.modules, ...lockedIn(text) });
        const start = text.indexOf('plan: #');
        const outside = start < 0 ? text : text.slice(0, start);
        assert.ok(after.startsWith(outside));
        const tail = text.indexOf('# after');
        if (tail >= 0 && start >= 0) assert.ok(after.endsWith(text.slice(tail)));
        if (text.includes('\r\n')) assert.doesNotMatch(after, /[^\r]\n/);
        else assert.doesNotMatch(after, /\r/);
      }),
      { seed: 31, numRuns: 300 },
    );
  }).timeout(60_000);

  it('changes nothing the second time, and nothing where it is there already', () => {
    fc.assert(
      fc.property(texts, plans, (text, plan) => {
        assert.deepEqual(planEdits(apply(text, plan), plan), []);
        const own = parsed(text);
        if (own) assert.deepEqual(planEdits(text, own), []);
      }),
      { seed: 32, numRuns: 200 },
    );
  }).timeout(60_000);

  it('keeps the lines of rows that did not change, and the comments of rows that stay', () => {
    fc.assert(
      fc.property(texts, plans, (text, plan) => {
        const own = parsed(text)?.modules ?? {};
        const after = apply(text, plan);
        const lines = text.split(/\r?\n/);
        for (const [name, old] of Object.entries(own)) {
          if (!plan.modules[name] && !old.locked) continue;
          for (const line of lines) {
            if (line.includes('#') && line.includes(name)) {
              const comment = line.slice(line.indexOf('#'));
              assert.ok(after.includes(comment), comment);
            }
          }
        }
        for (const line of lines) {
          const name = paths.find((known) => line.includes(`${known}: {`) || line.includes(`${known}': {`));
          if (name && own[name]?.locked) assert.ok(after.includes(line));
        }
      }),
      { seed: 33, numRuns: 200 },
    );
  }).timeout(60_000);
});
