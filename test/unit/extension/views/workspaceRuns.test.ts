import assert from 'node:assert/strict';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Emitter } from '../../../../src/extension/emitter';
import type { Job } from '../../../../src/extension/runs/jobs';
import { ExperimentsTree } from '../../../../src/extension/views/experimentsTree';
import type { ExperimentNode, RunNode, TreeNode } from '../../../../src/extension/views/nodes';
import { OpenRows } from '../../../../src/extension/views/openRows';
import { toShow } from '../../../../src/extension/views/toShow';
import { WorkspaceRuns, type RunsChange } from '../../../../src/extension/views/workspaceRuns';
import { runFiles } from '../../../../src/files/runs';
import type { RunManifest } from '../../../../src/shared/runManifest';
import { applyEvent } from '../../../../src/shared/applyEvent';
import { emptyRun } from '../../../../src/shared/runState';
import { temporaryFolder } from '../../files/temporary';
import { until } from '../logOf';
import { at, begun, finished, manifest, model, scores, writeRun } from '../runFolder';

/** Jobs as the window has them, without an engine. */
class PlayedJobs {
  active: Job | undefined;
  private readonly changes = new Emitter<Job | undefined>();
  readonly onChange = this.changes.event;
  set(job: Job | undefined): void {
    this.active = job;
    this.changes.fire(job);
  }
}

const stamp = (day: number): string => `202601${String(day).padStart(2, '0')}-0000000-quick-score`;
const recorded = (changes: Partial<RunManifest> = {}): RunManifest =>
  manifest({ outcome: 'fisher · 64 samples', ...changes });
const going = (): RunManifest =>
  recorded({ state: 'running', pid: process.pid, createdAt: new Date().toISOString(), outcome: undefined });

describe('the runs of a workspace', () => {
  const folder = temporaryFolder();
  let count = 0;
  const opened: { dispose(): void }[] = [];
  afterEach(() => opened.splice(0).forEach((one) => one.dispose()));

  function open(...names: string[]) {
    const root = join(folder.path, `w${count++}`);
    const experiments = names.map((name) => join(root, name));
    const jobs = new PlayedJobs();
    const runs = new WorkspaceRuns(jobs, () => Promise.resolve(experiments));
    const changes: RunsChange[] = [];
    runs.onChange((change) => changes.push(change));
    opened.push(runs);
    return { root, experiments, jobs, runs, changes, experiment: experiments[0]! };
  }
  const jobOf = (experiment: string, run: string, ...events: Parameters<typeof at>[0][]): Job => ({
    ...{ experiment, run, stopping: false },
    state: events.map((event) => at(event)).reduce(applyEvent, emptyRun),
  });

  it('are read from their records, newest first', async () => {
    const { runs, experiment } = open('quick.adapter.yaml');
    for (const day of [1, 3, 2])
      await writeRun(experiment, stamp(day), [begun, finished], { manifest: recorded() });
    const facts = await runs.runs(experiment);
    assert.deepEqual(
      facts.map(({ folder: of }) => basename(of)),
      [stamp(3), stamp(2), stamp(1)],
    );
    assert.deepEqual(
      [facts[0]?.words, facts[0]?.status, facts[0]?.job],
      ['fisher · 64 samples', 'done', 'score'],
    );
    assert.equal((await toShow(runs))?.run, facts[0]?.folder);
  });

  it('are listed by their name where the record cannot be read', async () => {
    const { runs, experiment } = open('quick.adapter.yaml');
    await writeRun(experiment, stamp(5), [begun]);
    const [facts] = await runs.runs(experiment);
    assert.deepEqual(
      [facts?.status, facts?.job, facts?.began],
      ['unreadable', 'score', Date.UTC(2026, 0, 5)],
    );
  });

  it('of another program are followed while they go on, and called broken off once nobody works on them', async () => {
    const { runs, experiment, changes } = open('quick.adapter.yaml');
    const events = [begun, model, { type: 'stage', stage: 'score' } as const];
    const run = await writeRun(experiment, stamp(1), events, { manifest: going() });
    // It has not come that far.
    await rm(join(run, runFiles.scores));
    assert.equal((await runs.runs(experiment))[0]?.status, 'running');
    assert.equal(runs.get(run)?.elsewhere, true);
    assert.deepEqual(await toShow(runs), { experiment, run, elsewhere: true });
    await appendFile(join(run, runFiles.events), `${JSON.stringify(at(scores('spam', 32)))}\n`);
    await until(() => runs.get(run)?.words === 'scoring 25 %', 'the progress');
    assert.ok(changes.some((change) => change.what === 'run' && change.folder === run));
    assert.equal(runs.going().length, 1);

    // Its process is gone; the record says nothing of that.
    await writeFile(join(run, runFiles.manifest), JSON.stringify({ ...going(), pid: 0 }));
    const { utimes } = await import('node:fs/promises');
    await utimes(join(run, runFiles.events), new Date(0), new Date(0));
    await until(() => runs.get(run)?.status === 'failed', 'that it is lost');
    assert.match(runs.get(run)!.words, /^The engine of this run is gone.* Start it again\.$/);
    assert.equal(runs.going().length, 0);
  });

  it('of this window are there before the engine has written anything, and end with their record', async () => {
    const { runs, experiment, jobs, changes } = open('quick.adapter.yaml');
    const old = await writeRun(experiment, stamp(1), [begun, finished], { manifest: recorded() });
    assert.equal((await runs.runs(experiment)).length, 1);
    const run = join(old, '..', stamp(2));
    jobs.set(jobOf(experiment, run, begun));
    assert.deepEqual(changes.at(-1), { what: 'runs', experiment });
    const [first, second] = await runs.runs(experiment);
    assert.deepEqual([first?.folder, first?.status, first?.elsewhere], [run, 'running', false]);
    assert.equal(second?.folder, old);
    jobs.set(jobOf(experiment, run, begun, model, { type: 'stage', stage: 'score' }, scores('spam', 64)));
    assert.equal(runs.get(run)?.words, 'scoring 50 %');
    jobs.set({ ...jobs.active!, stopping: true });
    assert.deepEqual([runs.get(run)?.words, runs.get(run)?.stopping], ['stopping', true]);
    assert.deepEqual(await toShow(runs), { experiment, run, elsewhere: false });
    await writeRun(experiment, stamp(2), [begun, { type: 'finished', state: 'cancelled' }], {
      manifest: recorded({ state: 'cancelled', outcome: 'fisher · 64 of 128 samples' }),
    });
    jobs.set(undefined);
    await until(() => runs.get(run)?.status === 'cancelled', 'its end');
    assert.equal(runs.get(run)?.words, 'fisher · 64 of 128 samples');
    await until(
      () => changes.some((change) => change.what === 'run' && change.files === true),
      'the word of it',
    );
  });

  it('come and go on the disk: only the list that changed is told of, else only the run', async () => {
    const { runs, experiment, experiments, changes } = open('quick.adapter.yaml', 'other.adapter.yaml');
    const first = await writeRun(experiment, stamp(1), [begun, finished], { manifest: recorded() });
    await runs.all();
    const second = await writeRun(experiment, stamp(2), [begun, finished], { manifest: recorded() });
    await runs.touch(second);
    assert.deepEqual(changes.splice(0), [{ what: 'runs', experiment }]);
    assert.equal((await runs.runs(experiment)).length, 2);
    await runs.touch(first);
    assert.deepEqual(changes.splice(0), [{ what: 'run', folder: first, files: true }]);
    await rm(second, { recursive: true });
    await runs.touch(second);
    assert.deepEqual(changes.splice(0), [{ what: 'runs', experiment }]);
    assert.equal(runs.get(second), undefined);
    await rm(first, { recursive: true });
    await runs.touch(first);
    assert.deepEqual(await toShow(runs), { experiment: experiments[1], run: undefined, elsewhere: false });
  });

  it('are looked at one by one where one has changed', async () => {
    const { root, runs, experiment, changes } = open('quick.adapter.yaml');
    const first = await writeRun(experiment, stamp(1), [begun, finished], { manifest: recorded() });
    assert.equal((await runs.all()).length, 1);
    const third = await writeRun(experiment, stamp(3), [begun, finished], { manifest: recorded() });
    await runs.touch(first);
    assert.deepEqual(changes.splice(0), [{ what: 'run', folder: first, files: true }]);
    await Promise.all([runs.touch(third), runs.touch(first)]);
    const second = await writeRun(experiment, stamp(2), [begun, finished], { manifest: recorded() });
    await runs.touch(second);
    assert.deepEqual(await runs.folders(experiment), [third, second, first]);
    await runs.touch(join(second, '..', stamp(4).replace('quick', 'other')));
    assert.equal(changes.filter(({ what }) => what === 'runs').length, 2);
    assert.deepEqual(
      [root, join(first, '..'), experiment, first, join(root, 'x')].map((path) => runs.holds(path)),
      [true, true, false, false, false],
    );
  });

  it('that went on are left once they are forgotten', async () => {
    const { runs, experiment } = open('quick.adapter.yaml');
    const run = await writeRun(experiment, stamp(1), [begun], { manifest: going() });
    await runs.all();
    assert.ok(runs.stateOf(run));
    await rm(run, { recursive: true });
    runs.forget();
    await until(() => runs.stateOf(run) === undefined, 'that it is left');
  });

  it('are none where there is no experiment', async () => {
    const { runs } = open();
    assert.equal(await toShow(runs), undefined);
  });

  describe('as a tree', () => {
    function grow(...names: string[]) {
      const all = open(...names);
      const tree = new ExperimentsTree(all.runs, () => [
        { name: 'w', path: all.root },
        { name: 'deep', path: join(all.root, 'deep') },
      ]);
      const drawn: (TreeNode | undefined)[] = [];
      tree.onChange((node) => drawn.push(node));
      opened.push(tree);
      return { ...all, tree, drawn };
    }
    const labelOf = (tree: ExperimentsTree, nodes: readonly TreeNode[]): string[] =>
      nodes.map((node) => `${tree.item(node).label}|${tree.item(node).description}`);

    it('has experiments at its top, with where they lie', async () => {
      const { tree } = grow('quick.adapter.yaml', join('a', 'b', 'mail.adapter.yaml'));
      assert.deepEqual(labelOf(tree, await tree.children()), ['mail|a/b · no run yet', 'quick|no run yet']);
    });

    it('has folders at its top only where several have experiments', async () => {
      const { tree } = grow('quick.adapter.yaml', join('deep', 'a', 'mail.adapter.yaml'));
      const [deep, root] = await tree.children();
      assert.deepEqual(labelOf(tree, [deep!, root!]), ['deep|', 'w|']);
      const [mail, ...others] = await tree.children(deep);
      assert.deepEqual([labelOf(tree, [mail!]), others], [['mail|a · no run yet'], []]);
      assert.equal(mail?.parent, deep);
    });

    it('keeps its rows, draws again the one that changed, and no row that shows the same', async () => {
      const { tree, experiment, runs, jobs, drawn } = grow('quick.adapter.yaml');
      const old = await writeRun(experiment, stamp(1), [begun, finished], { manifest: recorded() });
      const [row] = (await tree.children()) as ExperimentNode[];
      assert.equal(tree.item(row!).children, 'open');
      const [one] = (await tree.children(row)) as RunNode[];
      tree.item(one!);
      assert.equal((await tree.children(row))[0], one);

      await runs.touch(old);
      await until(() => drawn.length === 1, 'the row of the run');
      assert.equal(drawn.splice(0)[0], one);
      tree.item(one!);

      const run = join(old, '..', stamp(2));
      jobs.set(jobOf(experiment, run, begun));
      await until(() => drawn.length === 1, 'the row of the experiment');
      assert.equal(drawn.splice(0)[0], row);
      const [going, still] = (await tree.children(row)) as RunNode[];
      assert.equal(still, one);
      assert.deepEqual(labelOf(tree, [going!])[0]?.split('|')[1], 'scoring 0 %');
      jobs.set({ ...jobs.active! });
      const scoring = jobOf(
        experiment,
        run,
        begun,
        model,
        { type: 'stage', stage: 'score' },
        scores('spam', 64),
      );
      jobs.set(scoring);
      await until(() => drawn.length > 0, 'its progress');
      assert.deepEqual(drawn, [going]);
    });

    it('draws rows again when their words for time have changed', async () => {
      const { tree, experiment, drawn } = grow('quick.adapter.yaml');
      await writeRun(experiment, stamp(1), [begun, finished], { manifest: recorded() });
      const [row] = await tree.children();
      const [run] = await tree.children(row);
      const then = Date.UTC(2026, 0, 1, 0, 3);
      assert.equal(tree.item(run!, then).label, 'Score, 3 minutes ago');
      tree.tick(then + 10_000);
      assert.deepEqual(drawn, []);
      tree.tick(then + 60_000);
      assert.deepEqual(drawn, [run]);
    });
  });
});

describe('rows that were opened', () => {
  it('are remembered by their ids, those that were touched last', () => {
    const saved = new Map<string, unknown>();
    const memory = {
      get: (key: string) => saved.get(key),
      update: (key: string, value: unknown) => saved.set(key, value),
    };
    const rows = new OpenRows(memory);
    assert.equal(rows.isOpen('a'), undefined);
    rows.set('a', true);
    for (let index = 0; index < 199; index++) rows.set(`b${index}`, false);
    rows.set('a', true);
    rows.set('c', true);
    const again = new OpenRows(memory);
    assert.deepEqual(
      [again.isOpen('a'), again.isOpen('b0'), again.isOpen('b1'), again.isOpen('c')],
      [true, undefined, false, true],
    );
  });

  it('bear what another version saved', () => {
    const of = (value: unknown) => new OpenRows({ get: () => value, update: () => undefined });
    for (const value of [undefined, null, 'a', { a: true }, ['a'], [['a', 1]]])
      assert.equal(of(value).isOpen('a'), undefined);
  });
});
