import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import type { RunWriter } from '../../../src/engine/runWriter';
import { scoreRun } from '../../../src/engine/scoreRun';
import { canResume, readRunEvents, runFiles } from '../../../src/files/runs';
import { runManifestSchema, type RunManifest } from '../../../src/shared/runManifest';
import { applyEvent, emptyRun } from '../../../src/shared/runState';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeRandomLlama, smallLlama } from '../models/randomLlama';
import { never, nowhere, requestIn } from './requests';
import { tokenizedLines, writeSmallExperiment } from './smallExperiment';

type Told = (writer: RunWriter) => void;

/** Copies a folder that is written to meanwhile: what goes away while it is copied is left out. */
function snapshot(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    try {
      if (entry.isDirectory()) snapshot(source, target);
      else copyFileSync(source, target);
    } catch (error) {
      assert.equal((error as NodeJS.ErrnoException).code, 'ENOENT');
    }
  }
}

describe('a stopped run goes on', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => requestIn(folder.path, change);
  const score = (run: string, of: ScoreRequest, told: Told = nowhere, signal = never): Promise<RunWriter> =>
    scoreRun(of, undefined, { run, job: 'score', device: 'native', version: '0', told }, signal);
  const resume = (run: string, of: ScoreRequest, told: Told = nowhere, signal = never): Promise<RunWriter> =>
    scoreRun(
      of,
      undefined,
      { run, job: 'score', device: 'native', version: '0', told, resume: true },
      signal,
    );
  const scoresIn = (run: string): string => readFileSync(path.join(run, runFiles.scores), 'utf8');
  const manifestOf = (run: string): RunManifest =>
    runManifestSchema.parse(JSON.parse(readFileSync(path.join(run, runFiles.manifest), 'utf8')));

  /** A run to its end, and its folder as a killed process would have left it at each event. */
  async function killedAnywhere(of: ScoreRequest): Promise<{ wanted: string; killed: string[] }> {
    const run = fresh();
    const killed: string[] = [];
    await score(run, of, () => {
      const copy = `${run}, killed ${killed.length}`;
      snapshot(run, copy);
      killed.push(copy);
    });
    return { wanted: scoresIn(run), killed };
  }

  /** Fires once so many updates stand in the run's journal. */
  function abortedAfter(run: string, updates: number): AbortSignal {
    const controller = new AbortController();
    const journal = path.join(run, 'state', 'updates.jsonl');
    const look = (): void => {
      const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
      if (lines >= updates) controller.abort();
      else if (!existsSync(path.join(run, runFiles.scores))) setImmediate(look);
    };
    look();
    return controller.signal;
  }

  async function endsWell(run: string, wanted: string): Promise<void> {
    assert.ok(scoresIn(run) === wanted, 'scores.json is the same byte for byte');
    assert.deepEqual(readdirSync(run).sort(), ['events.jsonl', 'report.md', 'run.json', 'scores.json']);
    const events = await readRunEvents(run);
    const state = events.reduce(applyEvent, emptyRun);
    assert.equal(state.status, 'done');
    assert.equal(events.filter(({ type }) => type === 'started').length, 1);
    const shares = events.flatMap((event) => (event.type === 'progress' ? [event.share] : []));
    shares.forEach((share, index) => assert.ok(share >= (shares[index - 1] ?? 0), `${shares}`));
    const { state: ended, pid, resumedAt, createdAt, finishedAt } = manifestOf(run);
    assert.deepEqual([ended, pid], ['done', process.pid]);
    assert.ok(createdAt <= resumedAt! && resumedAt! <= finishedAt!);
  }

  for (const memory of ['auto', 'streaming'] as const) {
    for (const taylor of [false, true]) {
      const of = (): ScoreRequest => request({ memory, taylor });
      it(`after a kill at any event, to the same file byte for byte (${memory}${taylor ? ', whole gradients' : ''})`, async () => {
        const { wanted, killed } = await killedAnywhere(of());
        const begun: boolean[] = [];
        for (const run of killed) {
          begun.push(await canResume(run));
          if (begun.at(-1)) await resume(run, of());
          else await rejectsWith(resume(run, of()), 'run-not-resumable', /work\.json does not exist/);
          if (begun.at(-1)) await endsWell(run, wanted);
        }
        assert.ok(begun.filter((can) => can).length >= 5, 'there is something to try');
        assert.deepEqual([begun[0], begun.at(-1)], [false, false]);
      });
    }

    it(`after one cancel behind the other, until it is done (${memory})`, async () => {
      const of = request({ memory, batchSize: 1 });
      const whole = fresh();
      await score(whole, of);
      const run = fresh();
      let goes = 0;
      for (; !existsSync(path.join(run, runFiles.scores)); goes++) {
        assert.ok(goes < 30, 'it comes forward');
        const going = goes === 0 ? score : resume;
        await going(run, of, nowhere, abortedAfter(run, 1 + 2 * goes)).catch((error: unknown) => {
          assert.equal((error as { code?: string }).code, 'cancelled');
          assert.equal(manifestOf(run).state, 'cancelled');
        });
      }
      assert.ok(goes > 2);
      await endsWell(run, scoresIn(whole));
    });
  }

  /** A run that was killed in the middle of its backward pass. */
  async function halfway(): Promise<{ wanted: string; run: string }> {
    const { wanted, killed } = await killedAnywhere(request({ memory: 'streaming' }));
    const units = killed.filter((run) => existsSync(path.join(run, 'state', 'unit-0', 'gradients-1.f32')));
    return { wanted, run: units[0]! };
  }

  it('where the last lines of its journals were half written', async () => {
    const { wanted, run } = await halfway();
    appendFileSync(
      path.join(run, 'state', 'updates.jsonl'),
      '{"kind":"layer","unit":0,"layer":1,"norms":[[[0.1',
    );
    appendFileSync(path.join(run, runFiles.events), '{"at":"2026');
    await resume(run, request());
    await endsWell(run, wanted);
  });

  for (const harm of ['missing', 'short'] as const) {
    it(`from the beginning of a piece whose hidden states are ${harm}`, async () => {
      const { wanted, run } = await halfway();
      const unit = path.join(run, 'state', 'unit-0');
      for (const name of readdirSync(unit)) {
        const copy = `${run}, ${harm} ${name}`;
        cpSync(run, copy, { recursive: true });
        const file = path.join(copy, 'state', 'unit-0', name);
        if (harm === 'missing') rmSync(file);
        else truncateSync(file, 10);
        await resume(copy, request());
        await endsWell(copy, wanted);
      }
      rmSync(unit, { recursive: true });
      await resume(run, request());
      await endsWell(run, wanted);
    });
  }

  it('with its device, its way with memory and its cut, whatever is asked for now', async () => {
    const { wanted, run } = await halfway();
    const writer = await resume(run, request({ memory: 'auto', device: 'auto' }));
    assert.equal(writer.state.memory?.mode, 'streaming');
    await endsWell(run, wanted);
  });

  it('says what has changed where its numbers would be others, and still goes on once that is put back', async () => {
    const { wanted, run } = await halfway();
    const [first, second] = request().tasks as [ScoreRequest['tasks'][0], ScoreRequest['tasks'][0]];
    const changes: readonly [change: Partial<ScoreRequest>, words: RegExp][] = [
      [{ batchSize: 4 }, /the batch size has changed/],
      [{ labels: 'true' }, /whose labels are taken has changed/],
      [{ maxLength: 10 }, /the longest sample has changed/],
      [{ seed: 2 }, /the seed has changed/],
      [{ taylor: true }, /--taylor has changed/],
      [{ samples: 5 }, /the data, or the number of samples, has changed/],
      [{ tasks: [second, first] }, /the data/],
      [{ tasks: [first] }, /the data/],
    ];
    for (const [change, words] of changes)
      await rejectsWith(resume(run, request({ memory: 'streaming', ...change })), 'run-not-resumable', words);
    await resume(run, request());
    await endsWell(run, wanted);
  });

  it('says that the data or the model has changed', async () => {
    const { run } = await halfway();
    const other = path.join(folder.path, 'other');
    await writeSmallExperiment(other);
    const [task] = requestIn(other).tasks;
    appendFileSync(task!.file, tokenizedLines(1, 9));
    await rejectsWith(resume(run, requestIn(other)), 'run-not-resumable', /the data/);
    await writeRandomLlama(path.join(other, 'models', 'small'), { ...smallLlama, num_hidden_layers: 3 });
    await rejectsWith(resume(run, requestIn(other)), 'run-not-resumable', /the model has changed/);
  });

  it('says that what is read of the data has changed: kind, columns, prompt', async () => {
    const { run } = await halfway();
    const [first, second] = request().tasks as [ScoreRequest['tasks'][0], ScoreRequest['tasks'][0]];
    for (const change of [
      { kind: 'classification' },
      { text: 'body' },
      { label: 'class' },
      { prompt: '{text}:' },
    ])
      await rejectsWith(
        resume(run, request({ tasks: [first, { ...second, ...change } as typeof second] })),
        'run-not-resumable',
        /data|prompt|column|kind/,
      );
  });

  it('not where it has finished, and leaves that run as it is', async () => {
    const run = fresh();
    await score(run, request());
    const [events, scores] = [await readRunEvents(run), scoresIn(run)];
    await rejectsWith(resume(run, request()), 'run-not-resumable');
    assert.equal(scoresIn(run), scores);
    assert.equal(manifestOf(run).state, 'done');
    assert.deepEqual(await readRunEvents(run), events);
  });

  it('not where there is no run, and makes none', async () => {
    const run = fresh();
    await rejectsWith(resume(run, request()), 'run-not-found', /run \d+.run\.json does not exist/);
    assert.ok(!existsSync(run));
  });
});
