import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAdapter } from '../../../src/peft/read';
import { readExperiment } from '../../../src/configs/experiment/parse';
import type { RunWriter } from '../../../src/engine/runWriter';
import { trainExperiment, type TrainOptions } from '../../../src/engine/trainExperiment';
import { readModelFolder } from '../../../src/files/modelFolder';
import { canResume, readRunEvents, runFiles } from '../../../src/files/runs';
import type { RunEvent } from '../../../src/shared/runEvents';
import { ofModules } from '../../../src/shared/byModule';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeSmallExperiment } from './smallExperiment';
import { selfContainedPage } from './selfContained';

const never = new AbortController().signal;

/** The same two tasks for every method; small enough to be learned by heart in some steps. */
const textOf = (method: string, more = '', train = ''): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl }
  - { name: second, kind: causal-lm, train: data/second.jsonl, validation: data/second.jsonl, test: data/first.jsonl }
method: ${method}
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 3, dropout: 0.1 }
train: { epochs: 6, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 1${train} }
${more}`;

const methods: Readonly<Record<string, string>> = {
  lora: '',
  floe: '',
  'lora-smoe': '',
  lily: 'lily: { stride_a: 2, num_b: 2, scaling: 4 }',
  adalora: 'adalora: { init_r: 6, target_r: 3, tinit: 4, tfinal: 6, delta_t: 3 }',
  'dynamic-lora':
    'dynamic_lora: { layer_weights: true, reallocate: true, input_factor: 0.1, interval: 5, warmup_ratio: 0.1 }',
};
/** Those whose folders PEFT loads. */
const ofPeft = ['lora', 'lily', 'adalora', 'dynamic-lora'];

describe('trainExperiment', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const experiment = async (text: string) => {
    const file = path.join(folder.path, `train-${count++}.adapter.yaml`);
    await writeFile(file, text);
    return readExperiment(file);
  };
  const options = (more: Partial<TrainOptions> = {}): TrainOptions => ({
    run: path.join(folder.path, '.adapter-lab', 'runs', `train ${count++}`),
    device: 'auto',
    version: '1.2.3',
    told: () => undefined,
    ...more,
  });
  const adapterBytes = (run: string, trial: string): Buffer =>
    readFileSync(path.join(run, 'adapters', trial, 'adapter_model.safetensors'));
  /** All that a journal says of the numbers; times and speeds differ. */
  const numbersOf = (events: readonly RunEvent[]) =>
    events.reduce(applyEvent, emptyRun).trials.map((trial) => ({
      ...trial,
      points: trial.points.map(({ step, loss, learningRate }) => ({ step, loss, learningRate })),
    }));

  for (const [method, more] of Object.entries(methods)) {
    describe(`by ${method}`, () => {
      // Nothing but E moves at first, and A and B are small: it takes larger steps.
      const text = textOf(method, more).replace('2e-2', method === 'adalora' ? '1e-1' : '2e-2');
      let whole: RunWriter;
      let at: TrainOptions;

      it('learns, and leaves journal, report and an adapter for each seed', async () => {
        at = options();
        whole = await trainExperiment(await experiment(text), at, never);
        assert.deepEqual(readdirSync(at.run).sort(), [
          'adapters',
          'events.jsonl',
          'experiment.yaml',
          'report.html',
          'report.md',
          'run.json',
        ]);
        assert.deepEqual(readdirSync(path.join(at.run, 'adapters')), ['seed-1', 'seed-2']);
        assert.match(selfContainedPage(at.run), /Results.*Training loss.*seed-1.*seed-2/s);
        const events = await readRunEvents(at.run);
        assert.deepEqual(events.reduce(applyEvent, emptyRun), whole.state);
        assert.equal(whole.state.status, 'done');
        for (const trial of whole.state.trials) {
          // 9 of 10 samples of the first task, whose tenth is held out, and the 7 of the second.
          assert.deepEqual([trial.samples, trial.steps, trial.step], [16, 24, trial.step]);
          assert.equal(trial.points.at(-1)?.step, 24);
          const [base, ...later] = trial.evaluations.filter(({ split }) => split === 'validation');
          assert.equal(base?.step, 0);
          const second = (metrics: typeof base.metrics): number =>
            metrics.find(({ task }) => task === 'second')?.loss ?? NaN;
          const best = later.findLast(({ best: kept }) => kept);
          assert.ok(best && second(best.metrics) < 0.9 * second(base.metrics), `${second(best!.metrics)}`);
          assert.deepEqual(
            trial.evaluations.filter(({ split }) => split === 'test').map(({ metrics }) => metrics.length),
            [1],
          );
        }
        const moves = whole.state.trials.map(({ reallocations }) => reallocations.length > 0);
        assert.deepEqual(new Set(moves), new Set([['adalora', 'dynamic-lora'].includes(method)]));
        const { modules } = whole.state;
        for (const { adapter, evaluations, points, reallocations } of whole.state.trials) {
          assert.equal(adapter?.method, method);
          const rank = method === 'adalora' ? 6 : 4;
          const isTarget = modules.map(({ role }) => role === 'q' || role === 'down');
          assert.deepEqual(
            adapter.ranks,
            isTarget.map((is) => (is ? rank : 0)),
          );
          assert.deepEqual(adapter.sharing, method === 'lily' ? { strideA: 2, numB: 2 } : undefined);
          // Routers are told of with every evaluation behind the start, of every module that has one.
          const shares = { floe: 3, 'lora-smoe': 3, lily: 2 }[method];
          for (const { step, split, routers } of evaluations) {
            const loads = ofModules<readonly number[]>(routers, modules, []);
            const isTold = shares !== undefined && step > 0 && split === 'validation';
            assert.deepEqual(
              loads.map(({ length }) => length),
              isTarget.map((is) => (is && isTold ? shares : 0)),
            );
            for (const load of loads.filter(({ length }) => length > 0))
              assert.ok(Math.abs(load.reduce((sum, share) => sum + share, 0) - 1) < 1e-3, load.join());
          }
          for (const { memory } of points)
            assert.ok(memory && memory.resident > 1e7 && memory.peak > 1e7 && memory.card === undefined);
          for (const { ranks } of reallocations) {
            assert.deepEqual(
              ofModules(ranks, modules, 0).filter((of, place) => of > 0 && !isTarget[place]),
              [],
            );
          }
        }
        assert.notDeepEqual(adapterBytes(at.run, 'seed-1'), adapterBytes(at.run, 'seed-2'));
        assert.match(readFileSync(path.join(at.run, runFiles.report), 'utf8'), /\| seed-2 +\| second/);
      });

      it('goes on after it was stopped, to the same numbers', async () => {
        const controller = new AbortController();
        const stopped = options({
          // In the second trial, between two evaluations.
          told: ({ state }) => {
            if (state.trials[1]?.step === 5) controller.abort();
          },
        });
        const same = await experiment(text);
        await rejectsWith(trainExperiment(same, stopped, controller.signal), 'cancelled');
        assert.ok(await canResume(stopped.run));
        assert.deepEqual(readdirSync(path.join(stopped.run, 'adapters')), ['seed-1']);
        await trainExperiment(same, { ...stopped, told: () => undefined, resume: true }, never);
        assert.deepEqual(numbersOf(await readRunEvents(stopped.run)), numbersOf(await readRunEvents(at.run)));
        for (const trial of ['seed-1', 'seed-2']) {
          assert.deepEqual(adapterBytes(stopped.run, trial), adapterBytes(at.run, trial));
        }
        assert.equal(existsSync(path.join(stopped.run, 'state')), false);
      });

      it('saves what the tool that loads it expects', async () => {
        const saved = path.join(at.run, 'adapters', 'seed-1');
        const model = await readModelFolder(path.join(folder.path, 'models', 'small'));
        if (ofPeft.includes(method)) {
          const { modules, inputFactor } = await readAdapter(saved, model);
          assert.equal(modules.size, 4);
          assert.equal(inputFactor, method === 'dynamic-lora');
        } else {
          const experts = JSON.parse(readFileSync(path.join(saved, 'experts.json'), 'utf8')) as object;
          assert.deepEqual(Object.values(experts), [3, 3, 3, 3]);
        }
      });
    });
  }

  it('tells a move of rank with the next step that gets a line, where its own gets none', async () => {
    const block = 'dynamic_lora: { layer_weights: true, interval: 59, warmup_ratio: 0.1, temperature: 50 }';
    const long = await experiment(textOf('dynamic-lora', block).replace('epochs: 6', 'epochs: 60'));
    const { state } = await trainExperiment(long, options({ seeds: [1] }), never);
    const [{ steps, reallocations }] = state.trials as [(typeof state.trials)[0]];
    assert.equal(steps, 240);
    // From step 200 on, every second one gets a line: what moved at 201 is told at 202.
    assert.deepEqual(
      reallocations.map(({ step }) => step),
      [83, 142, 202],
    );
  });

  it('packs short samples into rows, and says what was cut', async () => {
    const packed = await experiment(
      textOf('lora', '', ', packing: true')
        .replace('max_length: 16', 'max_length: 12')
        .replace('epochs: 6', 'epochs: 1'),
    );
    const { state } = await trainExperiment(packed, options({ seeds: [1] }), never);
    // 16 samples of 4 to 12 tokens.
    assert.ok((state.trials[0]?.samples ?? 16) < 16);
    assert.match(state.notes.join(' '), /first: \d of 9 samples were cut to 12 tokens/);
  });

  it('stops where the loss runs away, with the reason, and keeps the best so far', async () => {
    const at = options({ seeds: [1] });
    const wild = await experiment(textOf('lora', '', ', max_grad_norm: 0').replace('2e-2', '3e38'));
    await rejectsWith(
      trainExperiment(wild, at, never),
      'training-diverged',
      /Trial seed-1 .* step \d+ of 24/,
    );
    const last = (await readRunEvents(at.run)).at(-1);
    assert.ok(last?.type === 'finished' && last.error?.next.includes('learning_rate'), JSON.stringify(last));
    // What it was at its best, for PEFT; nothing goes on from a training that would run away again.
    assert.deepEqual(readdirSync(path.join(at.run, 'adapters')), ['seed-1-before-it-diverged']);
    assert.equal(await canResume(at.run), false);
  });

  it('ends early where patience is spent', async () => {
    const still = await experiment(textOf('lora', '', ', patience: 1').replace('2e-2', '1e-12'));
    const { state } = await trainExperiment(still, options({ seeds: [1] }), never);
    assert.ok((state.trials[0]?.step ?? 24) < 24);
  });

  it('goes on with nothing but the same experiment', async () => {
    const controller = new AbortController();
    const at = options({
      told: ({ state }) => {
        if (state.trials[0]?.step === 5) controller.abort();
      },
    });
    const before = await experiment(textOf('lora'));
    await rejectsWith(trainExperiment(before, at, controller.signal), 'cancelled');
    await writeFile(before.file, textOf('lora').replace('alpha: 8', 'alpha: 9'));
    const again = { ...at, told: () => undefined, resume: true };
    await rejectsWith(trainExperiment(await readExperiment(before.file), again, never), 'run-not-resumable');
    await rm(before.file);
    await writeFile(before.file, textOf('lora'));
    // What it is judged by decides which adapter is kept.
    const second = path.join(folder.path, 'data', 'second.jsonl');
    const data = readFileSync(second, 'utf8');
    await writeFile(second, data.split('\n').slice(1).join('\n'));
    await rejectsWith(trainExperiment(await readExperiment(before.file), again, never), 'run-not-resumable');
    await writeFile(second, data);
    // The seeds are those that it was begun with.
    const other = { ...again, seeds: [7] };
    const { state } = await trainExperiment(await readExperiment(before.file), other, never);
    assert.equal(state.status, 'done');
    assert.deepEqual(
      state.trials.map(({ seed }) => seed),
      [1, 2],
    );
  });

  it('refuses before it trains what could not be saved or trained', async () => {
    const none = await experiment(textOf('lora').replace('[q_proj, down_proj]', '[no_proj]'));
    await rejectsWith(trainExperiment(none, options(), never), 'option-invalid', /no_proj/);
    // One that is not there beside one that is would be trained without, in silence.
    const slip = await experiment(textOf('lora').replace('[q_proj, down_proj]', '[q_proj, dwon_proj]'));
    await rejectsWith(
      trainExperiment(slip, options(), never),
      'option-invalid',
      /"dwon_proj" matches no module/,
    );
    const unknown = await experiment(
      textOf(
        'lora',
        'plan: { modules: { model.layers.9.self_attn.q_proj: { rank: 2, alpha: 2, experts: 1 } } }',
      ),
    );
    await rejectsWith(trainExperiment(unknown, options(), never), 'option-invalid', /layers\.9/);
    const two = [0, 1].map(
      (layer) => `model.layers.${layer}.self_attn.q_proj: { rank: ${layer + 1}, alpha: 2, experts: 1 }`,
    );
    const mixed = `plan: { modules: { ${two.join(', ')} } }`;
    for (const method of ['lily', 'adalora']) {
      const ranks = await experiment(textOf(method, mixed));
      await rejectsWith(trainExperiment(ranks, options(), never), 'option-invalid', /rank 1 .* rank 2/);
    }
    await writeFile(path.join(folder.path, 'data', 'one.jsonl'), '{"input_ids": [1, 2, 3]}\n');
    const single = await experiment(textOf('lora').replace('data/first.jsonl', 'data/one.jsonl'));
    await rejectsWith(trainExperiment(single, options(), never), 'data-empty', /one\.jsonl has one row/);
    const phases = await experiment(textOf('adalora', 'adalora: { tinit: 20, tfinal: 20 }'));
    await rejectsWith(trainExperiment(phases, options(), never), 'option-invalid', /tinit 20/);
  });

  it('says disk-full where a checkpoint finds no room, and keeps the one before', async function () {
    if (process.platform !== 'linux') this.skip();
    const at = options({ seeds: [1] });
    await mkdir(at.run, { recursive: true });
    // A device of Linux that is always full, where the journal would be.
    symlinkSync('/dev/full', path.join(at.run, runFiles.events));
    await rejectsWith(trainExperiment(await experiment(textOf('lora')), at, never), 'disk-full');
  });
});
