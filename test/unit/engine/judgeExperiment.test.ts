import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { agreementOf, readReproduction, requireSameInputs } from '../../../src/engine/judge/reproduce';
import { readOutcomes } from '../../../src/engine/judge/outcomes';
import { judgeExperiment } from '../../../src/engine/judgeExperiment';
import { runExperiment } from '../../../src/engine/runExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { canResume, readManifest, readRunEvents, runFiles } from '../../../src/files/runs';
import { replay } from '../../../src/shared/replay';
import { emptyRun } from '../../../src/shared/runState';
import { verdictSchema, type Verdict } from '../../../src/shared/verdict';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeSmallExperiment } from './smallExperiment';
import { snapshot } from './stoppedRuns';

const never = new AbortController().signal;
const plan = `plan:
  modules:
    model.layers.1.self_attn.q_proj: { rank: 4, alpha: 8, experts: 2 }
    model.layers.1.mlp.down_proj: { rank: 4, alpha: 8, experts: 2 }
`;
const textOf = (more: string, train = '', test = ', test: data/first.jsonl'): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl${test} }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
budget: { layers: 50% }
train: { epochs: 4, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2, 3], evaluations: 1${train} }
${more}`;

describe('judgeExperiment', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(() => openDevice('native', 1));

  const written = async (text: string) => {
    const file = await writeSmallExperiment(path.join(folder.path, `experiment ${count++}`), text);
    return readExperiment(file);
  };
  const runOf = (file: string): string =>
    path.join(path.dirname(file), '.adapter-lab', 'runs', `run ${count++}`);
  const options = (run: string, told: (writer: RunWriter) => void = () => undefined) =>
    ({ run, device: 'native', version: '1', told }) as const;
  const verdictIn = (run: string): Verdict =>
    verdictSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.verdict), 'utf8')));
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

  it('goes on where it was killed, at any event, to the same verdict', async () => {
    const experiment = await written(textOf(plan));
    const run = runOf(experiment.file);
    const killed: string[] = [];
    const trials = new Set<string>();
    await judgeExperiment(
      experiment,
      options(run, ({ events }) => {
        const last = events.at(-1);
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
    const edited = readFileSync(experiment.file, 'utf8').replace(
      'rank: 4, alpha: 8, experts',
      'rank: 3, alpha: 8, experts',
    );
    assert.match(edited, /rank: 3/);
    writeFileSync(experiment.file, edited);
    const now = await readExperiment(experiment.file);
    const { state } = await runExperiment(now, { ...options(run), processes: 0, resume: true }, never);
    assert.equal(state.verdict!.isOver, true);
    assert.equal(readFileSync(experiment.file, 'utf8'), edited);
    assert.deepEqual(state.verdict!.plan, state.plan!.plan);
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
    const { events } = await runExperiment(
      ...([await written(textOf('')), { ...options(runOf(folder.path)), processes: 0 }, never] as const),
    );
    assert.ok(events.every(({ type }) => type !== 'judged'));
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
