import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { agreementOf, readReproduction, requireSameInputs } from '../../../src/engine/judge/reproduce';
import { readOutcomes } from '../../../src/engine/judge/outcomes';
import { judgeExperiment } from '../../../src/engine/judgeExperiment';
import { runExperiment } from '../../../src/engine/runExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { readManifest, readRunEvents, runFiles } from '../../../src/files/runs';
import { replay } from '../../../src/shared/replay';
import { emptyRun } from '../../../src/shared/runState';
import { rejectsWith } from '../files/throwsCode';
import { judgedExperiments, never, plan, textOf } from './judgedExperiments';

describe('judgeExperiment', () => {
  const { written, runOf, options, verdictIn } = judgedExperiments();

  it('trains plan and controls over the same seeds, and reckons the verdict from what they did on each example', async () => {
    const experiment = await written(
      textOf(`judge: { controls: [uniform, random, all-layers], margin: 0 }\n${plan}`),
    );
    const run = runOf(experiment.file);
    const { state } = await judgeExperiment(experiment, options(run), never);
    const verdict = verdictIn(run);
    assert.deepEqual(state.verdict, verdict);
    assert.equal(state.status, 'done');
    assert.deepEqual(
      verdict.arms.map(({ name, layers, results }) => [name, layers, results.map(({ seed }) => seed)]),
      [
        ['plan', 1, [1, 2, 3]],
        ['uniform', 2, [1, 2, 3]],
        ['random', 1, [1, 2, 3]],
        ['all-layers', 2, [1, 2, 3]],
      ],
    );
    assert.deepEqual([verdict.metric, verdict.split, verdict.isOver], ['loss', 'test', true]);
    assert.ok(verdict.arms.every(({ results }) => results.every(({ secondsPerStep }) => secondsPerStep > 0)));
    // The same size: both keep the plan's parameters, the control none more.
    const [own, uniform] = verdict.arms;
    assert.ok(uniform!.parameters <= own!.parameters);

    const { outcomes } = await readOutcomes(path.join(run, runFiles.outcomes));
    assert.equal(outcomes.length, 12);
    const mean = ({ losses, targets }: { losses: number[]; targets: number[] }): number =>
      losses.reduce((sum, loss, at) => sum + loss * targets[at]!, 0) /
      targets.reduce((sum, one) => sum + one, 0);
    for (const { arm, seed, tasks } of outcomes) {
      const result = verdict.arms.find(({ name }) => name === arm)!.results.find((one) => one.seed === seed)!;
      assert.ok(Math.abs(result.value - mean(tasks[0]!)) < 1e-12);
      assert.equal(tasks[0]!.losses.length, 10);
    }
    const events = await readRunEvents(run);
    assert.deepEqual(replay(emptyRun, events).verdict, verdict);
    assert.deepEqual(
      events.flatMap((event) => (event.type === 'judge-begun' ? [[event.trainings, event.finished]] : [])),
      [[12, 0]],
    );
    const started = events.flatMap((event) => (event.type === 'trial' ? [event.trial] : []));
    assert.deepEqual(started.slice(0, 5), [
      ...['plan-seed-1', 'uniform-seed-1', 'random-seed-1', 'all-layers-seed-1'],
      'uniform-seed-2',
    ]);
    assert.match(
      readFileSync(path.join(run, runFiles.report), 'utf8'),
      new RegExp(verdict.words.slice(0, 30)),
    );
    assert.equal(existsSync(path.join(run, 'state')), false);
    const { command, inputs } = await readManifest(run);
    assert.equal(command, 'adapter-lab judge small.adapter.yaml');
    assert.match(inputs.tasks[0]!.hash, /^sha256:/);
    assert.equal(
      readFileSync(path.join(run, runFiles.experiment), 'utf8'),
      readFileSync(experiment.file, 'utf8'),
    );
  });

  it('says on which data it is, and that best steps were chosen by the same, where there is no test data', async () => {
    const experiment = await written(textOf(plan, '', ''));
    const { state } = await judgeExperiment(experiment, options(runOf(experiment.file)), never);
    assert.equal(state.verdict!.split, 'validation');
    assert.ok(state.notes.some((note) => note.startsWith('Not every task has test data')));
  });

  it('says before anything is scored that one seed gives no verdict', async () => {
    for (const search of ['', 'search: { ranks: [1, 2], layers: [50%], evaluations: 1 }\n']) {
      const experiment = await written(textOf(`${search}judge: {}\n`).replace('[1, 2, 3]', '[1]'));
      const run = runOf(experiment.file);
      await rejectsWith(
        runExperiment(experiment, { ...options(run), processes: 0 }, never),
        'option-invalid',
        /One seed/,
      );
      assert.equal(existsSync(run), false);
    }
  });

  it('leaves out a control that runs away, and judges by the others', async () => {
    const experiment = await written(textOf(`judge: { controls: [uniform, all-layers] }\n${plan}`));
    const run = runOf(experiment.file);
    // Its journal says so, as one that was there would.
    const controller = new AbortController();
    const stop = ({ state }: RunWriter): void => {
      if (state.verdict?.arms[0]?.results.length === 1) controller.abort();
    };
    await rejectsWith(judgeExperiment(experiment, options(run, stop), controller.signal), 'cancelled');
    const line = { type: 'diverged', arm: 'uniform', seed: 1, reason: 'Trial uniform-seed-1 went wrong.' };
    appendFileSync(path.join(run, runFiles.outcomes), `${JSON.stringify(line)}\n`);
    const { state } = await judgeExperiment(experiment, { ...options(run), resume: true }, never);
    assert.deepEqual(
      state.verdict!.arms.map(({ name }) => name),
      ['plan', 'all-layers'],
    );
    assert.equal(state.verdict!.isOver, true);
    assert.match(
      state.verdict!.answers[0]!.words,
      /^Not asked: trial uniform-seed-1 went wrong\. There is no comparison/,
    );
    const wild = await written(textOf(plan, ', max_grad_norm: 0').replace('2e-2', '3e38'));
    await rejectsWith(judgeExperiment(wild, options(runOf(wild.file)), never), 'training-diverged');
  });

  it('has nothing to judge without a plan, or of a plan that is its own control', async () => {
    const without = await written(textOf(''));
    const run = runOf(without.file);
    await rejectsWith(judgeExperiment(without, options(run), never), 'plan-missing');
    assert.equal(existsSync(run), false);
    const single = await written(textOf(plan).replace('[1, 2, 3]', '[1]'));
    await rejectsWith(
      judgeExperiment(single, options(runOf(single.file)), never),
      'option-invalid',
      /One seed/,
    );
    const alike = await written(textOf('').replace('floe', 'lora'));
    const rows = [0, 1].flatMap((layer) =>
      ['self_attn.q_proj', 'mlp.down_proj'].map((name) => [
        `model.layers.${layer}.${name}`,
        { rank: 4, alpha: 8, experts: 1 },
      ]),
    );
    const uniform = { modules: Object.fromEntries(rows) as never, shared: [] };
    const { state } = await judgeExperiment(alike, { ...options(runOf(alike.file)), plan: uniform }, never);
    assert.equal(state.trials.length, 0);
    assert.match(state.verdict!.words, /^Nothing to judge\. The plan is its own control uniform/);
  });

  it('ends the main job, with and without a search', async () => {
    for (const search of ['', 'search: { ranks: [1, 2, 4], layers: [50%], evaluations: 2 }\n']) {
      const experiment = await written(textOf(`${search}judge: {}\n`));
      const run = runOf(experiment.file);
      const { state } = await runExperiment(experiment, { ...options(run), processes: 0 }, never);
      const verdict = verdictIn(run);
      assert.deepEqual(state.verdict, verdict);
      assert.deepEqual(verdict.plan, state.plan!.plan);
      assert.equal(verdict.isOver, true);
      assert.match(readFileSync(experiment.file, 'utf8'), /\nplan:\n/);
      assert.ok(verdict.arms[0]!.parameters === state.plan!.totals.parameters);
      const first = await readReproduction(run);
      const read = first.manifest.inputs.tasks.map(({ file }) => path.basename(file));
      assert.deepEqual(read, ['first.jsonl', 'second.jsonl', 'first.jsonl']);
      const again = runOf(experiment.file);
      await judgeExperiment(
        first.experiment,
        { ...options(again), plan: first.plan, seeds: first.seeds },
        never,
      );
      const { outcomes } = await readOutcomes(path.join(again, runFiles.outcomes));
      assert.match(agreementOf(first.outcomes, outcomes).words, /the very same losses and answers/);
    }
    const plain = await written(textOf(''));
    const { folder: unjudged } = await runExperiment(
      plain,
      { ...options(runOf(plain.file)), processes: 0 },
      never,
    );
    const events = await readRunEvents(unjudged);
    assert.ok(events.length > 0 && events.every(({ type }) => type !== 'judged'));
  });

  it('is reproduced to the last bit, whatever became of the experiment since, and says where not', async () => {
    const experiment = await written(textOf(plan));
    const run = runOf(experiment.file);
    await judgeExperiment(experiment, options(run), never);
    writeFileSync(experiment.file, 'version: 1\n');
    const first = await readReproduction(run);
    const again = runOf(experiment.file);
    await judgeExperiment(
      first.experiment,
      { ...options(again), plan: first.plan, seeds: first.seeds },
      never,
    );
    requireSameInputs(first, (await readManifest(again)).inputs);
    const { outcomes } = await readOutcomes(path.join(again, runFiles.outcomes));
    assert.deepEqual(agreementOf(first.outcomes, outcomes), {
      agrees: true,
      words: `The numbers agree: ${outcomes.length} trainings gave the very same losses and answers on every example.`,
    });

    const moved = outcomes.map((one, at) =>
      at === 1
        ? {
            ...one,
            tasks: one.tasks.map((task) => ({ ...task, losses: task.losses.map((loss) => loss + 0.25) })),
          }
        : one,
    );
    assert.deepEqual(agreementOf(first.outcomes, moved), {
      agrees: false,
      words: `The numbers differ: of ${outcomes.length} trainings losses or answers differ by up to 0.25 (uniform, seed 1).`,
    });
    assert.match(
      agreementOf(first.outcomes, outcomes.slice(0, -1)).words,
      /^The numbers differ: 1 of \d+ trainings were not needed now\.$/,
    );
    assert.deepEqual(agreementOf(first.outcomes.slice(0, -1), outcomes), {
      agrees: false,
      words: `The numbers differ: 1 more than ${outcomes.length - 1} trainings were needed now.`,
    });
    const manifest = await readManifest(again);
    const tasks = manifest.inputs.tasks.map((task) => ({ ...task, hash: 'sha256:other' }));
    assert.throws(
      () => requireSameInputs(first, { ...manifest.inputs, tasks }),
      /Not the same as then: first\.jsonl of task first/,
    );
    const record = path.join(run, runFiles.manifest);
    writeFileSync(record, readFileSync(record, 'utf8').replace('"done"', '"failed"'));
    await rejectsWith(readReproduction(run), 'run-not-reproducible', /did not come to its end/);
  });
});
