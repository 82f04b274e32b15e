import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { searchExperiment } from '../../../src/engine/searchExperiment';
import { canResume, runFiles } from '../../../src/files/runs';
import { readStudy } from '../../../src/search/journal';
import type { Study } from '../../../src/search/study';
import { runScoresSchema } from '../../../src/shared/scoreFile';
import { rejectsWith } from '../files/throwsCode';
import { tokenizedLines } from './smallExperiment';
import { smallSearches, textOf, usual } from './smallSearches';

const never = new AbortController().signal;

describe('searchExperiment', () => {
  const { folder, experiment, options } = smallSearches();
  const studyIn = (run: string): Promise<Study> => readStudy(path.join(run, runFiles.trials));
  /** Without the times. */
  const numbersOf = ({ trials, stopped }: Study) => ({
    stopped,
    trials: trials.map(({ point, state, values, curve, why }) => ({ point, state, values, curve, why })),
  });

  it('judges nothing by itself, whatever the experiment would judge as the end of a run', async () => {
    const at = options();
    const few = 'search: { ranks: [1, 2], layers: [50%], evaluations: 1 }';
    const { state } = await searchExperiment(await experiment(textOf(`${few}\njudge: {}`)), at, never);
    assert.equal(state.status, 'done');
    assert.equal(state.verdict, undefined);
    assert.equal(existsSync(path.join(at.run, runFiles.outcomes)), false);
  });

  it('allocates, trains and tells every trial, and writes the best plan into the experiment', async () => {
    const at = options();
    const asked = await experiment();
    const { state } = await searchExperiment(asked, at, never);
    assert.equal(state.status, 'done');
    const study = await studyIn(at.run);
    assert.ok(study.trials.length > 1 && study.trials.length <= 5);
    assert.equal(new Set(study.trials.map(({ point }) => JSON.stringify(point))).size, study.trials.length);
    assert.equal(study.settings.objective.metric, 'loss');
    const done = study.trials.filter((trial) => trial.state === 'done');
    const best = done.reduce((a, b) => (b.values[0]!.value < a.values[0]!.value ? b : a));
    assert.equal(state.searchEnd?.best, best.number);
    assert.deepEqual(
      state.searched.map(({ point, state: how }) => [point, how]),
      study.trials.map(({ point, state: how }) => [point, how]),
    );
    // The plan is what the best point allocates to, of the very ranks and layers.
    const { plan } = await readExperiment(asked.file);
    const rows = Object.values(plan!.modules);
    assert.ok(rows.every(({ rank, alpha }) => rank === best.point['rank'] && alpha === 2 * rank));
    assert.equal(state.plan!.totals.parameters, best.cost);
    assert.equal(state.plan!.totals.layers, 2 * best.point['layers']!);
    assert.match(readFileSync(asked.file, 'utf8'), /method: floe {3}# stays/);
    const report = readFileSync(path.join(at.run, runFiles.report), 'utf8');
    assert.match(report, /## Rank search\n[^]*\| best +\|/);
    assert.deepEqual(readdirSync(at.run).sort(), [
      ...[
        'events.jsonl',
        'experiment.yaml',
        'plan.json',
        'report.html',
        'report.md',
        'run.json',
        'scores.json',
        'trials.jsonl',
      ],
    ]);
    // A trial begins where the model itself is.
    assert.equal(new Set(study.trials.map(({ curve }) => curve[0]?.value)).size, 1);
  });

  it('goes on after it was stopped in a trial, to the same study', async () => {
    const whole = options();
    await searchExperiment(await experiment(), whole, never);
    for (const [trial, step] of [
      [0, 2],
      [1, 5],
    ] as const) {
      const controller = new AbortController();
      const asked = await experiment();
      const at = options(({ trials }) => {
        if ((trials[trial]?.step ?? 0) >= step) controller.abort();
      });
      await rejectsWith(searchExperiment(asked, at, controller.signal), 'cancelled');
      assert.ok(await canResume(at.run));
      assert.equal((await studyIn(at.run)).trials.at(-1)?.state, 'running');
      await searchExperiment(asked, { ...at, told: () => undefined, resume: true }, never);
      assert.deepEqual(numbersOf(await studyIn(at.run)), numbersOf(await studyIn(whole.run)));
      assert.ok(!(await canResume(at.run)));
    }
  });

  it('goes on behind scores of gates, and refuses where they are of other data', async () => {
    const text = textOf(usual).replace('samples: 8', 'estimator: gate-fisher, samples: 8');
    const asked = await experiment(text);
    const controller = new AbortController();
    const at = options(({ trials }) => {
      if ((trials[1]?.step ?? 0) >= 3) controller.abort();
    });
    await rejectsWith(searchExperiment(asked, at, controller.signal), 'cancelled');
    const resumed = { ...at, told: () => undefined, resume: true };
    const data = path.join(folder.path, 'data', 'first.jsonl');
    const kept = readFileSync(data);
    await writeFile(data, kept.subarray(0, kept.lastIndexOf(10, kept.length - 2) + 1));
    await rejectsWith(searchExperiment(asked, resumed, never), 'run-not-resumable', /has changed/);
    await writeFile(data, kept);
    const scores = readFileSync(path.join(at.run, runFiles.scores));
    const { state } = await searchExperiment(asked, resumed, never);
    assert.equal(state.status, 'done');
    assert.deepEqual(readFileSync(path.join(at.run, runFiles.scores)), scores);
    const whole = options();
    await searchExperiment(await experiment(text), whole, never);
    assert.deepEqual(numbersOf(await studyIn(at.run)), numbersOf(await studyIn(whole.run)));
  });

  it('goes on behind scores that stopped once they were sure, where it is asked for the same', async () => {
    const data = path.join(folder.path, 'data', 'many.jsonl');
    await writeFile(data, tokenizedLines(100, 1));
    const text = (sure: string): string =>
      textOf(usual.replace('evaluations: 5', 'evaluations: 2'))
        .replace('samples: 8', `samples: 80, until_sure: ${sure}`)
        .replace('train: data/first.jsonl', 'train: data/many.jsonl');
    const asked = await experiment(text('90%'));
    const controller = new AbortController();
    const at = options(({ trials }) => {
      if ((trials[0]?.step ?? 0) >= 2) controller.abort();
    });
    await rejectsWith(searchExperiment(asked, at, controller.signal), 'cancelled');
    const scores = readFileSync(path.join(at.run, runFiles.scores), 'utf8');
    const { scores: found } = runScoresSchema.parse(JSON.parse(scores));
    assert.deepEqual(
      found.map((one) => [one.samples, one.untilSure?.of]),
      [
        [64, 80],
        [7, 7],
      ],
    );
    const resumed = { ...at, told: () => undefined, resume: true };
    await writeFile(asked.file, text('91%'));
    const other = searchExperiment(await readExperiment(asked.file), resumed, never);
    await rejectsWith(other, 'run-not-resumable', /has changed/);
    await writeFile(asked.file, text('90%'));
    const { state } = await searchExperiment(asked, resumed, never);
    assert.equal(state.status, 'done');
    assert.equal(readFileSync(path.join(at.run, runFiles.scores), 'utf8'), scores);
  });

  it('goes on without a trial that ran away, and says so where none came to its end', async () => {
    const wild = textOf(usual.replace('evaluations: 5', 'evaluations: 2')).replace('2e-2', '1e38');
    const at = options();
    await rejectsWith(searchExperiment(await experiment(wild), at, never), 'training-diverged', /No trial/);
    const { trials } = await studyIn(at.run);
    assert.ok(!(await canResume(at.run)), 'it would end so again');
    assert.deepEqual(
      trials.map(({ state }) => state),
      ['failed', 'failed'],
    );
    assert.match(trials[0]!.reason!, /went wrong at step/);
  });

  it('trains a trial with several seeds where it is asked to', async () => {
    const at = options();
    const text = textOf(
      'search: { ranks: [2, 4], layers: [50%], evaluations: 1, seeds: 2, proposer: random }',
    );
    await searchExperiment(await experiment(text), at, never);
    const [trial] = (await studyIn(at.run)).trials;
    assert.deepEqual(
      trial!.values.map(({ seed }) => seed),
      [1, 2],
    );
    assert.ok(!existsSync(path.join(at.run, 'state')));
  });

  it('says before anything is scored what it could not do', async () => {
    const refused = async (more: string, method: string, what: RegExp) => {
      const at = options();
      await rejectsWith(
        searchExperiment(await experiment(textOf(more, method)), at, never),
        'option-invalid',
        what,
      );
      assert.ok(!existsSync(at.run));
    };
    await refused('search: { experts: [2] }', 'lora', /has no experts/);
    await refused('search: { mlp_ranks: [2] }', 'lily', /has one rank for all modules/);
    await refused(usual, 'adalora', /no one rank to search/);
    await refused('search: { seeds: 3 }', 'floe', /train\.seeds has 2/);
    const text = textOf(usual).replace('validation: data/second.jsonl', 'validation: data/none.jsonl');
    const at = options();
    await rejectsWith(searchExperiment(await experiment(text), at, never), 'data-missing', /none\.jsonl/);
    assert.ok(!existsSync(at.run));
  });

  it('does not go on where trials would be trained otherwise than before', async () => {
    const controller = new AbortController();
    const at = options(({ trials }) => {
      if ((trials[1]?.step ?? 0) >= 3) controller.abort();
    });
    const asked = await experiment();
    await rejectsWith(searchExperiment(asked, at, controller.signal), 'cancelled');
    const other = { ...asked, train: { ...asked.train, learningRate: 1e-2 } };
    const again = { ...at, told: () => undefined, resume: true };
    await rejectsWith(searchExperiment(other, again, never), 'run-not-resumable', /other settings/);
    assert.equal((await searchExperiment(asked, again, never)).state.status, 'done');
  });

  it('leaves no checkpoint of a trial that has ended, and counts seeds once', async () => {
    const left: string[][] = [];
    const at = options(({ searched }) => {
      const ended = searched.filter(({ state }) => state === 'done' || state === 'pruned').length;
      const state = path.join(at.run, 'state');
      if (ended > 0 && existsSync(state))
        left.push(readdirSync(state).filter((name) => name.includes('trial-')));
    });
    const text = textOf(usual).replace('seeds: [1, 2]', 'seeds: [1, 1]');
    await searchExperiment(await experiment(text), at, never);
    assert.ok(
      left.length > 0 && left.every((names) => new Set(names.map((name) => name.split('.')[0])).size <= 2),
    );
    assert.deepEqual((await studyIn(at.run)).settings.seeds, [1]);
  });
});
