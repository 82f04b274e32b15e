import assert from 'node:assert/strict';
import { experimentItem, folderItem, partItem, runItem } from '../../../../src/extension/views/items';
import { code, plain } from '../../../../src/shared/markdown';
import type { ExperimentNode, PartNode, RunNode } from '../../../../src/extension/views/nodes';
import { nodeGiven } from '../../../../src/extension/views/nodes';
import type { RunFacts } from '../../../../src/extension/views/runFacts';
import type { Part } from '../../../../src/extension/views/runParts';

const began = new Date(2026, 10, 22, 12).getTime();
const now = began + 3 * 60_000;
const done: RunFacts = {
  ...{ experiment: '/w/mail.adapter.yaml', folder: '/w/.adapter-lab/runs/20261122-mail-score', job: 'score' },
  ...{ began, seconds: 12.3, status: 'done', elsewhere: false, stopping: false, paused: undefined },
  ...{ recorded: false, device: 'native', model: 'tiny-llama', tasks: ['spam', 'topic'] },
  ...{ words: 'fisher · 24 samples', resumable: false, hasReport: true, hasPlan: false },
};
const run = (changes: Partial<RunFacts>) => runItem({ ...done, ...changes }, now);

describe('the row of a run', () => {
  it('says what it is, when it was and what came of it', () => {
    const { label, description, spoken, icon, children } = run({});
    assert.deepEqual([label, description], ['Score, 3 minutes ago', 'fisher · 24 samples']);
    assert.equal(spoken, 'Score, 3 minutes ago, done, fisher · 24 samples');
    assert.deepEqual([icon, children], ['pass', 'closed']);
    assert.equal(run({ recorded: true }).description, 'fisher · 24 samples · recorded');
    assert.equal(run({ job: undefined }).label, 'Run, 3 minutes ago');
    assert.equal(run({ words: '' }).spoken, 'Score, 3 minutes ago, done');
  });

  it('has a form of its own in every state, not a color alone', () => {
    const states = ['running', 'done', 'failed', 'cancelled', 'unreadable'] as const;
    const icons = states.map((status) => run({ status }).icon);
    assert.equal(new Set([...icons, run({ status: 'running', paused: true }).icon]).size, states.length + 1);
    assert.equal(icons[0], 'sync~spin');
  });

  it('names what can be done about it', () => {
    const context = (changes: Partial<RunFacts>): string => run(changes).context;
    const going = { status: 'running', hasReport: false } as const;
    assert.equal(context({}), 'run done deletable report');
    assert.equal(context({ hasPlan: true }), 'run done deletable report planned');
    assert.equal(
      context({ status: 'cancelled', hasReport: false, resumable: true }),
      'run cancelled deletable resumable',
    );
    assert.equal(context({ status: 'failed', hasReport: false }), 'run failed deletable');
    assert.equal(context(going), 'run running stoppable');
    assert.equal(context({ ...going, stopping: true, paused: false }), 'run running');
    assert.equal(context({ ...going, elsewhere: true }), 'run running');
    assert.equal(context({ ...going, paused: false }), 'run running stoppable pausable');
    assert.equal(context({ ...going, elsewhere: true, paused: true }), 'run running paused');
  });

  it('has the facts behind it', () => {
    const { tooltip } = run({});
    assert.match(tooltip, /^\*\*Score\*\* of `mail\.adapter\.yaml`: done\n\n/);
    for (const line of ['Took 12 s', 'fisher · 24 samples', 'Device `native`', 'Tasks `spam`, `topic`'])
      assert.ok(tooltip.includes(`- ${line}\n`), tooltip);
    assert.match(run({ status: 'running', elsewhere: true }).tooltip, /: running, by another program\n/);
    assert.match(
      run({ words: 'Line 3 of a_b.jsonl is *no* JSON.' }).tooltip,
      /a\\_b\\\.jsonl is \\\*no\\\* JSON/,
    );
  });
});

describe('the rows around it', () => {
  const experiment = (changes: Partial<ExperimentNode>): ExperimentNode => ({
    ...{ id: 'experiment:/w/a/mail.adapter.yaml', kind: 'experiment', path: '/w/a/mail.adapter.yaml' },
    ...{ experiment: '/w/a/mail.adapter.yaml', parent: undefined, where: '', runs: 2, isAlone: false },
    ...changes,
  });
  const part = (changes: Partial<Part>): PartNode => ({
    ...{ id: 'x', kind: 'part', path: '/r/x', parent: {} as RunNode, experiment: '/e', run: '/r' },
    part: {
      ...{ kind: 'plan', key: 'plan', label: 'Plan', description: '', detail: '', path: '/r/x' },
      ...changes,
    },
  });

  it('opens an experiment that has runs: by itself where it is the only one, or one of them goes on', () => {
    assert.equal(experimentItem(experiment({ runs: 0 }), false).children, 'none');
    assert.equal(experimentItem(experiment({}), false).children, 'closed');
    assert.equal(experimentItem(experiment({ isAlone: true }), false).children, 'open');
    assert.equal(experimentItem(experiment({}), true).children, 'open');
  });

  it('says where an experiment lies, and that nothing was run', () => {
    assert.deepEqual(
      [{}, { where: 'a' }, { runs: 0 }, { where: 'a', runs: 0 }].map((changes) => {
        const { label, description } = experimentItem(experiment(changes), false);
        return [label, description];
      }),
      [
        ['mail', ''],
        ['mail', 'a'],
        ['mail', 'no run yet'],
        ['mail', 'a · no run yet'],
      ],
    );
    assert.equal(
      experimentItem(experiment({ where: 'a', runs: 1 }), false).spoken,
      'mail, experiment, a, 1 run',
    );
    assert.equal(
      folderItem({ id: 'f', kind: 'folder', name: 'w', path: '/w', parent: undefined }).children,
      'open',
    );
  });

  it('shows of a run’s parts what each says, and which of the trials is best', () => {
    const plan = partItem(part({ description: 'floe · 2 layers', detail: 'Kept layers 0, 7.' }));
    assert.deepEqual(
      [plan.context, plan.children, plan.spoken],
      ['part plan path', 'none', 'Plan, floe · 2 layers'],
    );
    assert.match(plan.tooltip, /- Kept layers 0, 7\\\.\n- `\/r\/x`$/);
    assert.deepEqual(
      [partItem(part({ kind: 'trials' })).children, partItem(part({ kind: 'trials' })).context],
      ['closed', 'part trials'],
    );
    const trial = (state: NonNullable<Part['trial']>['state'], isBest = false): string =>
      partItem(part({ kind: 'trial', trial: { state, isBest } })).icon;
    assert.deepEqual(
      [
        trial('proposed'),
        trial('running'),
        trial('done'),
        trial('done', true),
        trial('pruned'),
        trial('failed'),
      ],
      ['circle-outline', 'sync~spin', 'pass', 'star-full', 'circle-slash', 'error'],
    );
  });

  it('is known again by the commands of its menu, and nothing else is', () => {
    const row = experiment({});
    assert.equal(nodeGiven(row), row);
    for (const other of [
      undefined,
      null,
      'experiment',
      { kind: 'experiment' },
      { id: 'a', path: 'b', kind: 'c' },
    ])
      assert.equal(nodeGiven(other), undefined);
  });
});

describe('names in a tooltip', () => {
  it('stay as they are, whatever they hold', () => {
    assert.equal(plain('a_b *c* <d> [e](f)\n$(g)'), 'a\\_b \\*c\\* \\<d\\> \\[e\\]\\(f\\) \\$\\(g\\)');
    assert.equal(code('a b'), '`a b`');
    assert.equal(code('a`b``c'), '``` a`b``c ```');
  });
});
