import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RunState } from '../../../../src/shared/runState';
import type { PlannedModule } from '../../../../src/shared/words';
import { decodeFromWebview } from '../../../../src/shared/decodeFromWebview';
import { changeOf, editedBy, questionOf, writtenChange } from '../../../../webview/model/map/editing';
import { gridView, type GridCell } from '../../../../webview/model/map/grid';
import { parseValue, stepped, usualRanks } from '../../../../webview/model/map/ladder';
import { editedValue, mostOf, usualRow, type RowsChange } from '../../../../webview/model/map/rowEdits';
import { scoreView } from '../../../../webview/model/scores';
import { begin, finish, modulesOf, smallModel, stateOf } from '../sampleRuns';

const run = stateOf(begin(smallModel), finish(smallModel, [2, 3]));
const cellsOf = (state: RunState): GridCell[] =>
  gridView(
    { run: state, scores: scoreView(state, undefined), draft: undefined, planOfRun: undefined },
    'rank',
  ).rows.flat();
const cell = (layer: number, role: string, state = run): GridCell => {
  const found = cellsOf(state).find((one) => one.layer === layer && one.role === role);
  assert.ok(found);
  return found;
};
const withRow = (path: string, row: PlannedModule): RunState => {
  assert.ok(run.plan);
  const modules = { ...run.plan.plan.modules, [path]: row };
  return { ...run, plan: { ...run.plan, plan: { modules, shared: [] } } };
};
const path = (layer: number, role: string): string =>
  modulesOf(smallModel).find((module) => module.layer === layer && module.role === role)?.path ?? '';
const written = (cells: GridCell[], edited: 'rank' | 'experts', text: string, state = run): RowsChange => {
  const change = writtenChange(state, cells, edited, text);
  assert.ok(typeof change === 'object', String(change));
  return change;
};

describe('usual ranks', () => {
  it('are 0, the powers of two and the most that a matrix can have', () => {
    assert.deepEqual(usualRanks(8), [0, 1, 2, 4, 8]);
    assert.deepEqual(usualRanks(12), [0, 1, 2, 4, 8, 12]);
    assert.deepEqual(usualRanks(1), [0, 1]);
    assert.deepEqual(usualRanks(0), [0]);
  });

  it('are stepped through from any rank, and not beyond their ends', () => {
    assert.equal(stepped('rank', 8, 1, 512), 16);
    assert.equal(stepped('rank', 8, -4, 512), 0);
    assert.equal(stepped('rank', 12, 1, 512), 16);
    assert.equal(stepped('rank', 12, -1, 512), 8);
    assert.equal(stepped('rank', 12, -2, 512), 4);
    assert.equal(stepped('rank', 512, 3, 512), 512);
    assert.equal(stepped('rank', 1000, -1, 512), 256);
    assert.equal(stepped('experts', 3, 2, 999), 5);
    assert.equal(stepped('experts', 3, -9, 999), 0);
  });

  it('stay where they are by no step at all', () => {
    assert.equal(stepped('rank', 12, 0, 512), 12);
    assert.equal(stepped('rank', 1000, 0, 512), 1000);
    assert.equal(stepped('experts', 3, 0, 999), 3);
  });

  it('come back by as many steps as they went', () => {
    const most = 768;
    fc.assert(
      fc.property(fc.constantFrom(...usualRanks(most)), fc.nat(4), (rank, by) => {
        const up = stepped('rank', rank, by, most);
        assert.ok(up >= rank);
        if (up < most) assert.equal(stepped('rank', up, -by, most), rank);
      }),
    );
  });

  it('are written as whole numbers within the matrix', () => {
    assert.equal(parseValue('rank', ' 16 ', 512), 16);
    for (const text of ['', 'x', '-1', '1.5', '1e2', '513']) {
      assert.match(String(parseValue('rank', text, 512)), /whole number from 0 to 512/);
    }
    assert.match(String(parseValue('experts', '1000', 999)), /from 0 to 999/);
  });
});

describe('setting the rank', () => {
  it('keeps the experts, and leaves alpha to the host', () => {
    const change = written([cell(2, 'k')], 'rank', '12');
    assert.deepEqual(change, {
      change: 'rows',
      label: 'rank of layer 2 k',
      rows: { [path(2, 'k')]: { rank: 12 } },
    });
  });

  it('gives a module without an adapter the plan’s usual one', () => {
    assert.deepEqual(usualRow(run.plan?.plan), { rank: 8, alpha: 16, experts: 4 });
    assert.deepEqual(written([cell(0, 'q')], 'rank', '4').rows, {
      [path(0, 'q')]: { rank: 4, experts: 4 },
    });
    const three = withRow(path(0, 'q'), { rank: 8, alpha: 4, experts: 0 });
    assert.deepEqual(written([cell(0, 'q', three)], 'rank', '4', three).rows, {
      [path(0, 'q')]: { rank: 4, experts: 4 },
    });
    assert.deepEqual(usualRow(undefined), { rank: 8, alpha: 16, experts: 1 });
  });

  it('to 0 takes the adapter off, and changes nothing where there is none', () => {
    assert.deepEqual(written([cell(2, 'k'), cell(0, 'k')], 'rank', '0').rows, {
      [path(2, 'k')]: { experts: 0 },
    });
    assert.equal(writtenChange(run, [cell(0, 'k')], 'rank', '0'), undefined);
    assert.equal(writtenChange(run, [cell(2, 'k')], 'rank', '8'), undefined);
  });

  it('refuses what the smallest of the matrices cannot have', () => {
    const narrow: RunState = {
      ...run,
      modules: run.modules.map((module) =>
        module.path === path(2, 'k') ? { ...module, outFeatures: 64 } : module,
      ),
    };
    const both = [cell(2, 'q', narrow), cell(2, 'k', narrow)];
    assert.match(String(writtenChange(narrow, both, 'rank', '65')), /from 0 to 64/);
    assert.equal(questionOf(narrow, both, 'rank'), 'Rank of layer 2 q, k, 0 to 64.');
    assert.equal(mostOf(narrow, cell(2, 'q', narrow), 'rank'), 512);
  });

  it('changes all modules of one cell', () => {
    const [first, second] = run.modules;
    assert.ok(first && second);
    const twins: RunState = {
      ...run,
      modules: [first, { ...second, role: first.role }, ...run.modules.slice(2)],
    };
    const twin = cell(0, 'q', twins);
    assert.deepEqual(Object.keys(written([twin], 'rank', '2', twins).rows), [first.path, second.path]);
  });
});

describe('setting the experts', () => {
  it('keeps the rank; a module without an adapter gets the usual rank, as far as it can have it', () => {
    assert.deepEqual(written([cell(2, 'k')], 'experts', '2').rows, { [path(2, 'k')]: { experts: 2 } });
    const tiny: RunState = {
      ...run,
      modules: run.modules.map((module) =>
        module.path === path(0, 'q') ? { ...module, inFeatures: 4 } : module,
      ),
    };
    assert.deepEqual(written([cell(0, 'q', tiny)], 'experts', '3', tiny).rows, {
      [path(0, 'q')]: { rank: 4, experts: 3 },
    });
  });

  it('is what is edited while experts are shown', () => {
    assert.deepEqual((['score', 'rank', 'experts', 'parameters', 'norm'] as const).map(editedBy), [
      'rank',
      'rank',
      'experts',
      'rank',
      'rank',
    ]);
    assert.equal(editedValue(run, cell(2, 'k'), 'experts'), 4);
    assert.equal(editedValue(run, cell(0, 'k'), 'rank'), 0);
  });
});

describe('commands on the selected cells', () => {
  it('step each from its own value, as one change', () => {
    const change = changeOf({ command: 'step', by: 1 }, run, [cell(2, 'q'), cell(2, 'down')], 'rank');
    assert.equal(change?.label, 'rank of layer 2 q, down');
    assert.deepEqual(change?.rows, {
      [path(2, 'q')]: { rank: 16 },
      [path(2, 'down')]: { rank: 32 },
    });
  });

  it('lock all, and unlock where all are locked', () => {
    const cells = [cell(2, 'q'), cell(0, 'q')];
    const locked = changeOf({ command: 'lock' }, run, cells, 'rank');
    assert.deepEqual(locked?.rows, {
      [path(2, 'q')]: { locked: true },
      [path(0, 'q')]: { rank: 8, experts: 0, locked: true },
    });
    const half = withRow(path(2, 'q'), { rank: 8, alpha: 16, experts: 3, locked: true });
    const rest = changeOf({ command: 'lock' }, half, [cell(2, 'q', half), cell(2, 'k', half)], 'rank');
    assert.deepEqual(rest?.rows, { [path(2, 'k')]: { locked: true } });
    const free = changeOf({ command: 'lock' }, half, [cell(2, 'q', half)], 'rank');
    assert.deepEqual(
      [free?.label, free?.rows],
      ['unlocking of layer 2 q', { [path(2, 'q')]: { locked: false } }],
    );
  });

  it('take adapters off', () => {
    const change = changeOf({ command: 'takeOff' }, run, cellsOf(run), 'rank');
    assert.equal(change?.label, 'adapter of 14 modules');
    assert.ok(Object.values(change?.rows ?? {}).every(({ experts }) => experts === 0));
    assert.equal(changeOf({ command: 'takeOff' }, run, [cell(0, 'q')], 'rank'), undefined);
  });

  it('send what the host can read, whatever is selected and done', () => {
    const cells = cellsOf(run);
    fc.assert(
      fc.property(
        fc.subarray(cells),
        fc.integer({ min: -9, max: 9 }),
        fc.constantFrom('step', 'lock', 'takeOff', 'rank', 'experts'),
        fc.nat(600),
        (some, by, what, value) => {
          const change =
            what === 'rank' || what === 'experts'
              ? writtenChange(run, some, what, String(value))
              : changeOf({ command: what as 'step', by }, run, some, value % 2 === 0 ? 'rank' : 'experts');
          if (typeof change !== 'object') return;
          assert.ok(Object.keys(change.rows).length > 0);
          assert.deepEqual(decodeFromWebview({ type: 'change', change }), { type: 'change', change });
        },
      ),
    );
  });
});
