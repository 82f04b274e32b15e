import assert from 'node:assert/strict';
import type { Draft, RowChange } from '../../../../src/shared/draft';
import type { RunState } from '../../../../src/shared/runState';
import { cellDetails, type DetailsSource } from '../../../../webview/model/map/cellDetails';

import { gridView } from '../../../../webview/model/map/grid';
import { gridCaption } from '../../../../webview/model/map/gridCaption';
import type { Quantity } from '../../../../webview/model/map/quantity';
import { fillOf, valueAt } from '../../../../webview/model/map/scale';
import { scoreView } from '../../../../webview/model/scores';
import { sharedUnit } from '../../../../webview/model/unit';
import { draftOf } from '../sampleDraft';
import { begin, finish, oneTask, score, smallModel, stateOf } from '../sampleRuns';

const done = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [2, 3]));
const source = (run: RunState, task?: string): DetailsSource => ({
  run,
  scores: scoreView(run, task),
  draft: undefined,
  planOfRun: run.plan?.plan,
});
/** The page with an edited plan, as pageView puts it together. */
const edited = (rows: Record<string, RowChange>, change: Partial<Draft> = {}): DetailsSource => {
  const draft = draftOf(done, rows, change);
  const run = { ...done, plan: done.plan && { ...done.plan, plan: draft.plan } };
  return { run, scores: scoreView(run, undefined), draft, planOfRun: done.plan?.plan };
};
const q2 = 'model.layers.2.self_attn.q_proj';
const q0 = 'model.layers.0.self_attn.q_proj';

describe('the layer × role grid', () => {
  it('has a row a layer and a column for each role of the model, in the order of the words', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const grid = gridView(source(run), 'score');
    assert.deepEqual(grid.roles, ['o', 'qkv', 'up', 'down']);
    assert.equal(grid.rows.length, 6);
    const place = run.modules.findIndex((module) => module.path === 'model.layers.3.mlp.up_proj');
    assert.equal(grid.rows[3]?.[2]?.value, run.tasks[0]?.scores[place]);
  });

  it('shows experts, rank and parameters of the plan', () => {
    const cell = (quantity: Quantity) => gridView(source(done), quantity).rows[2]?.[6];
    assert.equal(cell('experts')?.text, '1');
    assert.equal(cell('rank')?.text, '16');
    assert.equal(cell('parameters')?.value, 16 * (1376 + 512));
    assert.equal(gridView(source(done), 'rank').rows[0]?.[0]?.text, '0');
    assert.deepEqual(gridView(source(done), 'score').kept.slice(1, 5), [false, true, true, false]);
  });

  it('offers what there is something to show of, and shows the first of it where the chosen is not there', () => {
    const scoring = source(stateOf(begin(smallModel), score(smallModel, 1)));
    assert.deepEqual(gridView(scoring, 'rank').possible, ['score']);
    assert.equal(gridView(scoring, 'rank').quantity, 'score');
    assert.deepEqual(gridView(source(stateOf(begin(smallModel))), 'score').possible, ['score']);
    const planOnly = stateOf(begin(smallModel), finish(smallModel, [1]));
    assert.deepEqual(gridView(source(planOnly), 'score').possible, ['rank', 'experts', 'parameters']);
    assert.equal(gridView(source(planOnly), 'score').quantity, 'rank');
    const withNorms = edited({}, { norms: { [q2]: 3 } });
    assert.deepEqual(gridView(withNorms, 'norm').possible, [
      'score',
      'rank',
      'experts',
      'parameters',
      'norm',
    ]);
  });

  it('shows the norms of trained adapters, and a dash where there is none', () => {
    const grid = gridView(edited({}, { norms: { [q2]: 3 } }), 'norm');
    assert.equal(grid.rows[2]?.[0]?.value, 3);
    assert.equal(grid.rows[2]?.[1]?.text, '–');
    assert.equal(grid.rows[2]?.[1]?.label, 'Layer 2 k: no adapter');
    assert.match(gridCaption(edited({}), grid), /^Frobenius norm/);
  });

  it('marks what is not measured and what does not exist', () => {
    const unmeasured = stateOf(begin(oneTask));
    const cell = gridView(source(unmeasured), 'score').rows[0]?.[0];
    assert.deepEqual([cell?.text, cell?.label], ['–', 'Layer 0 o: not measured yet']);
    const holed: RunState = { ...done, modules: done.modules.filter((_, place) => place !== 0) };
    const hole = gridView(source(holed), 'score').rows[0]?.[0];
    assert.ok(hole);
    assert.deepEqual([hole.text, hole.label], ['–', 'Layer 0 q: no such module']);
    assert.equal(cellDetails(source(holed), hole).title, 'Layer 0 has no q module.');
  });

  it('adds the modules that share a cell; norms add as the sides of a right angle', () => {
    const run = stateOf(begin(oneTask), score(oneTask, 1));
    const [first, second] = run.modules;
    assert.ok(first && second);
    const modules = [first, { ...second, role: first.role }, ...run.modules.slice(2)];
    const twins = source({ ...run, modules });
    const cell = gridView(twins, 'score').rows[0]?.[1];
    assert.ok(cell);
    assert.equal(cell.value, (twins.scores.values[0] ?? 0) + (twins.scores.values[1] ?? 0));
    assert.match(cellDetails(twins, cell).title, /qkv_proj and 1 more, added together$/);
    const draft = draftOf(run, {}, { norms: { [first.path]: 3, [second.path]: 4 } });
    assert.equal(gridView({ ...twins, draft }, 'norm').rows[0]?.[1]?.value, 5);
  });

  it('says what all of its modules have, not the first alone', () => {
    const [first, second, third] = done.modules;
    assert.ok(first && second && third);
    const modules = [first, { ...second, role: first.role }, { ...third, role: first.role, outFeatures: 64 }];
    const rows = {
      [first.path]: { rank: 4, alpha: 8, experts: 1 },
      [second.path]: { rank: 16, alpha: 8, experts: 3, locked: true },
    };
    const twins = edited(rows);
    const of = { ...twins, run: { ...twins.run, modules } };
    const cell = gridView(of, 'rank').rows[0]?.[0];
    assert.equal(cell?.modules.length, 3);
    const text = new Map(cellDetails(of, cell).lines);
    assert.deepEqual(
      ['Plan', 'Rank', 'Alpha', 'Experts', 'Run’s plan', 'Locked'].map((label) => text.get(label)),
      [
        'adapters on 2 of 3',
        '4 to 16',
        '8',
        '1 to 3 each',
        'no adapter',
        '1 of 3: allocators leave it alone',
      ],
    );
    assert.equal(text.get('Shape'), '512 × 512; 64 × 512');
  });

  it('marks what is locked and what was changed since the run, and says so', () => {
    const rows = { [q2]: { rank: 64, alpha: 128 }, [q0]: { ...plain, experts: 0, locked: true } };
    const grid = gridView(edited(rows), 'rank');
    assert.equal(grid.rows[2]?.[0]?.label, 'Layer 2 q: rank 64, changed');
    // It has no adapter, before as after.
    assert.equal(grid.rows[0]?.[0]?.label, 'Layer 0 q: rank 0, no adapter, locked');
    assert.equal(grid.rows[2]?.[1]?.changed, false);
    assert.equal(gridView(source(done), 'rank').rows[2]?.[0]?.changed, false);
  });

  it('keeps the top of its scale where it is told to, as under a drag', () => {
    const grid = gridView(edited({ [q2]: { rank: 64, alpha: 128 } }), 'rank', 16);
    assert.deepEqual([grid.max, grid.rows[2]?.[0]?.fill, grid.rows[2]?.[1]?.fill], [16, 1, 0.5]);
  });

  it('says values with their units', () => {
    const label = (quantity: Quantity, task?: string) =>
      gridView(source(done, task), quantity).rows[2]?.[6]?.label;
    assert.match(label('score') ?? '', /^Layer 2 down: [\d.]+ % of the total score$/);
    assert.match(label('score', 'spam') ?? '', /^Layer 2 down: score \d+(\.\d+)? × 10⁻⁶$/);
    assert.equal(label('experts'), 'Layer 2 down: 1 expert');
    assert.equal(label('parameters'), 'Layer 2 down: 30.2 k parameters');
  });
});

const plain = { rank: 8, alpha: 16 };

describe('a cell’s tooltip', () => {
  it('has the path, the score with its error, and the plan', () => {
    const view = source(done, 'spam');
    const cell = gridView(view, 'score').rows[2]?.[1];
    assert.ok(cell);
    const { title, lines } = cellDetails(view, cell);
    assert.equal(title, 'model.layers.2.self_attn.k_proj');
    const text = new Map(lines);
    assert.match(text.get('Score') ?? '', /^[\d.e-]+ ± [\d.e-]+ \([\d.]+ % of the total\)$/);
    assert.deepEqual(
      ['Rank', 'Alpha', 'Experts'].map((label) => text.get(label)),
      ['8', '16', '4'],
    );
  });

  it('says where the plan leaves a module alone', () => {
    const cell = gridView(source(done), 'score').rows[7]?.[0];
    assert.ok(cell);
    assert.deepEqual(cellDetails(source(done), cell).lines.at(-1), ['Plan', 'no adapter']);
  });

  it('says what the run’s plan had, the lock and the norm', () => {
    const view = edited({ [q2]: { rank: 64, alpha: 128, locked: true } }, { norms: { [q2]: 0.5 } });
    const cell = gridView(view, 'rank').rows[2]?.[0];
    assert.ok(cell);
    const text = new Map(cellDetails(view, cell).lines);
    assert.equal(text.get('Run’s plan'), 'rank 8, alpha 16, 3 experts');
    assert.equal(text.get('Locked'), 'allocators leave it alone');
    assert.equal(text.get('Norm ‖BA‖'), '0.5');
  });

  it('waits for no scores where none will come', () => {
    const view = source({ ...done, tasks: [] });
    const cell = gridView(view, 'rank').rows[2]?.[0];
    assert.ok(cell);
    assert.equal(new Map(cellDetails(view, cell).lines).has('Score'), false);
  });
});

describe('the color scale', () => {
  it('goes by the square root for scores and straight for ranks', () => {
    assert.equal(fillOf('score', 1, 4), 0.5);
    assert.equal(fillOf('norm', 1, 4), 0.5);
    assert.equal(fillOf('rank', 1, 4), 0.25);
    assert.equal(fillOf('score', 5, 0), 0);
    assert.equal(fillOf('score', -1, 4), 0);
    for (const quantity of ['score', 'experts', 'rank', 'parameters', 'norm'] as const) {
      assert.equal(valueAt(quantity, fillOf(quantity, 9, 16), 16), 9);
    }
  });
});

describe('a shared unit', () => {
  it('is percent for shares and a power of 1000 for small or large scores', () => {
    assert.equal(sharedUnit('share', 1).text(0.0123), '1.23');
    const micro = sharedUnit('score', 6.88e-4);
    assert.deepEqual([micro.text(6.88e-5), micro.suffix], ['68.8', ', × 10⁻⁶']);
    assert.deepEqual(
      [sharedUnit('score', 3e5).text(3e5), sharedUnit('score', 3e5).suffix],
      ['300', ', × 10³'],
    );
  });

  it('leaves handy numbers as they are', () => {
    for (const highest of [0, 0.1, 42, 9999]) assert.equal(sharedUnit('score', highest).suffix, '');
  });
});
