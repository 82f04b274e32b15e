import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { readOutcomes } from '../../../src/engine/judge/outcomes';
import { judgeExperiment } from '../../../src/engine/judgeExperiment';
import { runExperiment } from '../../../src/engine/runExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { hashFile } from '../../../src/files/hash';
import { appendRequest } from '../../../src/files/searchRequests';
import { canResume, readManifest, readRunEvents, runFiles } from '../../../src/files/runs';
import type { Verdict } from '../../../src/shared/verdict';
import { rejectsWith } from '../files/throwsCode';
import { snapshot } from './stoppedRuns';
import { judgedExperiments, never, plan, textOf } from './judgedExperiments';

describe('a judgement that goes on', () => {
  const { written, runOf, options, verdictIn } = judgedExperiments();
  let count = 0;
  /** All but times. */
  const numbersOf = ({ comparisons, arms, words, ...verdict }: Verdict) => ({
    ...verdict,
    answers: undefined,
    words: words.replace(/, at .*/, ''),
    comparisons: comparisons.map((one) => ({ ...one, timeRatios: undefined })),
    arms: arms.map((arm) => ({
      ...arm,
      results: arm.results.map(({ seed, value, loss }) => [seed, value, loss]),
    })),
  });

  it('goes on where it was killed, at any event, to the same verdict', async () => {
    const experiment = await written(textOf(plan));
    const run = runOf(experiment.file);
    const killed: string[] = [];
    const trials = new Set<string>();
    await judgeExperiment(
      experiment,
      options(run, ({ last }) => {
        // Within each training, and behind it.
        const isPlace = last?.type === 'judged' || (last?.type === 'step' && !trials.has(last.trial));
        if (!isPlace || killed.length >= 9) return;
        if (last.type === 'step') trials.add(last.trial);
        const copy = path.join(path.dirname(run), `killed ${count++}`);
        snapshot(run, copy);
        killed.push(copy);
      }),
      never,
    );
    assert.equal(killed.length, 9);
    const wanted = numbersOf(verdictIn(run));
    for (const copy of killed) {
      const record = path.join(copy, runFiles.manifest);
      const manifest = JSON.parse(readFileSync(record, 'utf8')) as object;
      // No process of this number is left.
      writeFileSync(record, JSON.stringify({ ...manifest, pid: 2 ** 22 + 1 }));
      assert.equal(await canResume(copy), true);
      await judgeExperiment(experiment, { ...options(copy), resume: true }, never);
      assert.deepEqual(numbersOf(verdictIn(copy)), wanted);
      const done = (await readOutcomes(path.join(copy, runFiles.outcomes))).outcomes;
      assert.equal(new Set(done.map(({ arm, seed }) => `${arm} ${seed}`)).size, done.length);
    }
  });

  it('goes on as it was begun, whatever controls and margin are asked for since, and not with another way of training', async () => {
    const experiment = await written(textOf(plan));
    const run = runOf(experiment.file);
    const controller = new AbortController();
    const stop = ({ state }: RunWriter): void => {
      if (state.verdict?.arms[0]?.results.length === 1) controller.abort();
    };
    await rejectsWith(judgeExperiment(experiment, options(run, stop), controller.signal), 'cancelled');
    const slower = { ...experiment, train: { ...experiment.train, learningRate: 1e-3 } };
    await rejectsWith(judgeExperiment(slower, { ...options(run), resume: true }, never), 'run-not-resumable');
    const other = { ...experiment, judge: { controls: ['random' as const], margin: 9 } };
    const { state } = await judgeExperiment(other, { ...options(run), resume: true }, never);
    assert.deepEqual(
      state.verdict!.arms.map(({ name }) => name),
      ['plan', 'uniform'],
    );
    assert.equal(state.verdict!.margin, experiment.judge.margin);
  });

  it('goes on in the main job without touching what the user made of the plan meanwhile', async () => {
    const experiment = await written(textOf('judge: {}\n'));
    const run = runOf(experiment.file);
    const controller = new AbortController();
    const stop = ({ state }: RunWriter): void => {
      if (state.verdict?.arms[0]?.results.length === 1) controller.abort();
    };
    const settings = { ...options(run, stop), processes: 0 };
    await rejectsWith(runExperiment(experiment, settings, controller.signal), 'cancelled');
    const edited = readFileSync(experiment.file, 'utf8').replace('q_proj: { rank: 4', 'q_proj: { rank: 3');
    assert.match(edited, /rank: 3/);
    writeFileSync(experiment.file, edited);
    const now = await readExperiment(experiment.file);
    const copy = path.join(path.dirname(run), `without a judgement ${count++}`);
    snapshot(run, copy);
    const { state } = await runExperiment(now, { ...options(run), processes: 0, resume: true }, never);
    assert.equal(state.verdict!.isOver, true);
    assert.equal(readFileSync(experiment.file, 'utf8'), edited);
    // What was hashed is what was kept, not what stands there now.
    const { experimentHash } = (await readManifest(run)).inputs;
    assert.equal(experimentHash, await hashFile(path.join(run, runFiles.experiment)));
    // Nor is it written again where the judgement was taken out of the file, or had not begun.
    rmSync(path.join(copy, runFiles.outcomes));
    const unjudged = { ...now, judges: false };
    await runExperiment(unjudged, { ...options(copy), processes: 0, resume: true }, never);
    assert.equal(readFileSync(experiment.file, 'utf8'), edited);
    assert.deepEqual(state.verdict!.plan, state.plan!.plan);
  });

  it('judges anew, from no checkpoint of before, where a search that goes on has found another plan', async () => {
    const search = 'search: { ranks: [1, 2, 4], layers: [50%], evaluations: 1, halving: false }\n';
    // By heart, which a larger rank is better at.
    const text = textOf(`${search}judge: {}\n`).replace('validation: data/second', 'validation: data/first');
    const experiment = await written(text);
    const run = runOf(experiment.file);
    const controller = new AbortController();
    const stop = ({ last }: RunWriter): void => {
      if (last?.type === 'step' && last.trial === 'uniform-seed-1') controller.abort();
    };
    const settings = { ...options(run, stop), processes: 0 };
    await rejectsWith(runExperiment(experiment, settings, controller.signal), 'cancelled');
    const before = (await readOutcomes(path.join(run, runFiles.outcomes))).settings.plan;
    for (const rank of [2, 4]) await appendRequest(run, { type: 'add', point: { rank, layers: 0.5 } });
    const { state } = await runExperiment(experiment, { ...options(run), processes: 0, resume: true }, never);
    assert.notDeepEqual(state.plan!.plan, before);
    assert.deepEqual(state.verdict!.plan, state.plan!.plan);
    const again = (await readRunEvents(run)).findLast(
      (event) => event.type === 'trial' && event.trial === 'uniform-seed-1',
    );
    assert.ok(again?.type === 'trial');
    assert.deepEqual([again.fromStep, again.parameters], [0, state.verdict!.arms[1]!.parameters]);
    assert.ok(existsSync(path.join(run, 'outcomes-1.jsonl')));
  });

  it('does not begin as something else where it was stopped before it began', async () => {
    const experiment = await written(textOf(plan));
    const run = runOf(experiment.file);
    const controller = new AbortController();
    const settings = {
      ...options(run, () => controller.abort()),
      command: 'adapter-lab judge x --seed 7 --seed 8',
    };
    await judgeExperiment(experiment, settings, controller.signal).catch(() => undefined);
    rmSync(path.join(run, 'state'), { recursive: true, force: true });
    const record = path.join(run, runFiles.manifest);
    const manifest = JSON.parse(readFileSync(record, 'utf8')) as object;
    writeFileSync(record, JSON.stringify({ ...manifest, state: 'running', pid: 2 ** 22 + 1 }));
    await rejectsWith(
      judgeExperiment(experiment, { ...options(run), resume: true }, never),
      'run-not-resumable',
      /asked for otherwise: adapter-lab judge x --seed 7 --seed 8/,
    );
  });
});
