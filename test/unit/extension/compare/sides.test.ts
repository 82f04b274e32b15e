import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import {
  controlOf,
  isSameKey,
  keyText,
  readKey,
  titleOf,
  type SideKey,
} from '../../../../src/extension/compare/keys';
import { experimentOf, plannedRun, planSide, runSide } from '../../../../src/extension/compare/runSide';
import { RunStore } from '../../../../src/extension/runs/runStore';
import { comparisonOf } from '../../../../src/planning/compare/side';
import type { PlanFile } from '../../../../src/shared/planFile';
import type { UnstampedRunEvent } from '../../../../src/shared/runEvents';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { down, q } from '../../planning/draft/frames';
import { finished, manifest, scored, writeRun } from '../runFolder';

const onDisk = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
const planFile = (rank: number): PlanFile => ({
  ...{ version: 1, method: 'floe', summary: 'Kept two.' },
  plan: {
    modules: { [q(2)]: { rank, alpha: 2 * rank, experts: 2 }, [down(3)]: { rank, alpha: 8, experts: 1 } },
    shared: [],
  },
  totals: { parameters: 480 * rank, experts: 3, modules: 2, layers: 2 },
});
const made = (rank: number): UnstampedRunEvent[] => [
  { type: 'plan', plan: planFile(rank) },
  { type: 'actual', actual: { seconds: 12, memoryBytes: 5e8, diskBytes: 0 } },
  finished,
];

describe('the key of a side', () => {
  const run: SideKey = {
    kind: 'run',
    path: join(sep, 'w', '.adapter-lab', 'runs', '20261122-012842550-my-mail-search'),
    isControl: false,
  };
  const named = (path: string): string => path.replace(join(sep, 'w') + sep, '');
  const placed = (path: string): string => join(sep, 'moved', path);

  it('comes back from what a page saved, wherever the workspace lies then', () => {
    for (const key of [
      run,
      controlOf(run),
      { ...run, kind: 'adapter' as const, path: join(sep, 'w', 'my adapter') },
    ]) {
      const back = readKey(keyText(key, named), placed);
      assert.deepEqual(back, { ...key, path: key.path.replace(join(sep, 'w'), join(sep, 'moved')) });
    }
    assert.equal(isSameKey(run, controlOf(run)), false);
    assert.equal(isSameKey(run, { ...run }), true);
  });

  it('is none where nothing of ours was saved', () => {
    for (const saved of [undefined, 7, '', 'run', 'folder x', 'control-of run'])
      assert.equal(readKey(saved, placed), undefined, String(saved));
    assert.equal(
      readKey('run x', () => undefined),
      undefined,
    );
  });

  it('has a title of its own, also where its files are gone', () => {
    assert.match(titleOf(run), /^my-mail: Rank search of \d\d Nov, \d\d:\d\d$/);
    assert.match(titleOf(controlOf(run)), /^Uniform control of my-mail: Rank search of /);
    assert.equal(titleOf({ ...run, path: join(sep, 'w', 'odd') }), 'Run odd');
    assert.equal(titleOf({ ...run, kind: 'plan', path: join(sep, 'w', 'x', 'plan.json') }), 'plan.json of x');
    assert.equal(
      titleOf({ ...run, kind: 'experiment', path: join(sep, 'w', 'mail.adapter.yaml') }),
      'mail: its own plan',
    );
    assert.equal(titleOf({ ...run, kind: 'adapter', path: join(sep, 'w', 'seed-1') }), 'Adapter seed-1');
  });
});

describe('a run as one side', () => {
  const folder = temporaryFolder();
  let count = 0;
  let experiment: string;
  const names = { title: 'quick', source: 'runs/quick' };
  const write = (name: string, rank: number) =>
    writeRun(experiment, name, [...scored, ...made(rank)], { manifest: manifest() });

  beforeEach(() => {
    experiment = join(folder.path, `workspace ${count++}`, 'quick.adapter.yaml');
  });

  it('has its plan, its model, its scores and what it found out', async () => {
    const run = await write('20260101-000000000-quick-run', 4);
    const found = await plannedRun(new RunStore(), run, onDisk);
    const side = runSide(names, found, found.planFile!, undefined);
    assert.deepEqual(side.plan, planFile(4).plan);
    assert.deepEqual(side.totals, planFile(4).totals);
    assert.equal(side.modules.length, 12);
    assert.equal(side.scores?.length, 12);
    assert.deepEqual(
      side.facts.map(({ name, text }) => `${name} ${text}`),
      ['Allocated by floe', 'Time 12 s', 'Memory 500 MB'],
    );
    assert.deepEqual(side.design.adapter.targets, ['q_proj', 'down_proj']);
    assert.equal(await experimentOf(run), experiment);
  });

  it('goes by its plan file where that was changed since, and says where it is none', async () => {
    const run = await write('20260101-000000000-quick-run', 4);
    await writeFile(join(run, 'plan.json'), JSON.stringify(planFile(16)));
    const { planFile: changed, state } = await plannedRun(new RunStore(), run, onDisk);
    assert.deepEqual(changed, planFile(16));
    assert.deepEqual(state.plan, planFile(16));
    await writeFile(join(run, 'plan.json'), '{');
    await rejectsWith(
      plannedRun(new RunStore(), run, onDisk),
      'plan-missing',
      /^plan\.json of 20260101-000000000-quick-run is not valid JSON in line 1\.$/,
    );
    await rm(run, { recursive: true });
    await rejectsWith(plannedRun(new RunStore(), run, onDisk), 'run-not-found');
  });

  it('is compared with a plan file that lies in no run, which borrows its model', async () => {
    const run = await write('20260101-000000000-quick-run', 4);
    const file = join(folder.path, 'plan.json');
    await writeFile(file, JSON.stringify(planFile(8)));
    const runs = new RunStore();
    const found = await plannedRun(runs, run, onDisk);
    const alone = await planSide({ title: 'plan.json', source: 'plan.json' }, file, runs, onDisk);
    assert.deepEqual([alone.modules, alone.scores], [[], undefined]);
    const { modules, sentence } = comparisonOf(runSide(names, found, found.planFile!, undefined), alone);
    assert.equal(modules.length, 12);
    assert.match(
      sentence,
      /^The right plan takes 1,920 parameters more \(\+100 %\)\. Of the modules 2 have another rank\./,
    );
    await rejectsWith(
      planSide({ title: 'plan.json', source: 'plan.json' }, join(run, 'gone.json'), runs, onDisk),
      'plan-missing',
      /^plan\.json is not there any more\.$/,
    );
  });
});
