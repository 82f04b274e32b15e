import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { searchExperiment, type SearchOptions } from '../../../src/engine/searchExperiment';
import { canResume, readRunEvents, resumableRun, runFiles } from '../../../src/files/runs';
import { beganAt } from '../../../src/files/processes';
import { appendRequest, readRequests, type SearchRequest } from '../../../src/files/searchRequests';
import { readStudy } from '../../../src/search/journal';
import { isByHand, type Study } from '../../../src/search/study';
import type { RunManifest } from '../../../src/shared/runManifest';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeSmallExperiment } from './smallExperiment';

const never = new AbortController().signal;

const text = (search = 'ranks: [1, 2, 4, 8], layers: [50%, 100%], evaluations: 3'): string => `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
train: { epochs: 2, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1], evaluations: 1 }
search: { ${search} }
`;

describe('a search that is asked for something', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const experiment = async (search?: string) => {
    const file = path.join(folder.path, `steered-${count++}.adapter.yaml`);
    await writeFile(file, text(search));
    return readExperiment(file);
  };
  const options = (file: string): SearchOptions & { run: string } => ({
    run: path.join(
      ...[folder.path, '.adapter-lab', 'runs'],
      `20260101-0000000${count}-${path.basename(file, '.adapter.yaml')}-search`,
    ),
    ...{ device: 'native' as const, version: '1', processes: 0, lookEvery: 10, told: () => undefined },
  });
  const studyIn = (run: string): Promise<Study> => readStudy(path.join(run, runFiles.trials));
  const pointsOf = ({ trials }: Study) => trials.map(({ point, request }) => [point, request]);
  const numbersOf = ({ trials, stopped }: Study) => ({
    stopped,
    trials: trials.map(({ startedAt: _s, finishedAt: _f, ...trial }) => trial),
  });
  const byHand = { type: 'add', point: { rank: 4, layers: 0.5 } } as const;
  /** Calls once, at the first state that is so. */
  const once = (isSo: (state: RunState) => boolean, then: (run: RunState) => void) => {
    let done = false;
    return ({ state }: { state: RunState }): void => {
      if (done || !isSo(state)) return;
      done = true;
      then(state);
    };
  };
  /** As `appendRequest` does, before the trial that is told of can end. */
  const askAtOnce = (run: string, request: SearchRequest): void =>
    appendFileSync(path.join(run, runFiles.requests), `${JSON.stringify(request)}\n`);
  const stepOf = (trial: number) => (state: RunState) => (state.trials[trial]?.step ?? 0) >= 2;

  it('lets the trial in progress end, begins none while it is paused, and goes on when it is told to', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const seen: string[] = [];
    const told = ({ state }: { state: RunState }): void => {
      const paused = state.search?.paused === true;
      const running = state.searched.filter((trial) => trial.state === 'running').length;
      seen.push(`${paused ? 'paused' : 'going'} with ${running} running`);
    };
    const pause = once(stepOf(0), () => askAtOnce(at.run, { type: 'pause' }));
    const goOn = once(
      ({ search }) => search?.paused === true,
      () => setTimeout(() => void appendRequest(at.run, { type: 'go-on' }), 60),
    );
    const writer = await searchExperiment(
      asked,
      { ...at, told: (run) => [told, pause, goOn].forEach((hear) => hear(run)) },
      never,
    );
    assert.equal(writer.state.status, 'done');
    assert.ok(seen.includes('paused with 0 running') && !seen.includes('paused with 1 running'));
    const events = await readRunEvents(at.run);
    const steered = events.filter(({ type }) => type === 'search-steered');
    assert.deepEqual(
      steered.map((event) => event.type === 'search-steered' && event.paused),
      [true, false],
    );
    const before = events.slice(0, events.indexOf(steered[0]!)).reduce(applyEvent, emptyRun);
    assert.deepEqual(
      before.searched.map(({ state }) => state),
      ['done'],
    );
    assert.equal((await studyIn(at.run)).trials.length, 3);
    assert.equal(writer.state.search?.paused, false);
  });

  it('is stopped while it is paused, and goes on where it is resumed', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const controller = new AbortController();
    const pause = once(stepOf(0), () => askAtOnce(at.run, { type: 'pause' }));
    const stop = once(
      ({ search }) => search?.paused === true,
      () => setTimeout(() => controller.abort(), 30),
    );
    const told: SearchOptions['told'] = (run) => [pause, stop].forEach((hear) => hear(run));
    await rejectsWith(searchExperiment(asked, { ...at, told }, controller.signal), 'cancelled');
    assert.equal((await readRequests(at.run)).paused, true);
    assert.equal((await studyIn(at.run)).trials.length, 1);
    const { state } = await searchExperiment(asked, { ...at, resume: true }, never);
    assert.equal(state.status, 'done');
    assert.equal(state.search?.paused, false);
    assert.equal((await readRequests(at.run)).paused, false);
  });

  it('leaves what was asked of a run that another process works on as it is', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const controller = new AbortController();
    const stop = once(stepOf(0), () => controller.abort());
    await rejectsWith(searchExperiment(asked, { ...at, told: stop }, controller.signal), 'cancelled');
    await appendRequest(at.run, { type: 'pause' });
    const requests = path.join(at.run, runFiles.requests);
    const before = readFileSync(requests, 'utf8');
    const manifest = path.join(at.run, runFiles.manifest);
    const stopped = JSON.parse(readFileSync(manifest, 'utf8')) as RunManifest;
    // A process that lives, and began before the run.
    const pid = process.ppid;
    await writeFile(
      manifest,
      JSON.stringify({ ...stopped, state: 'running', pid, pidBegan: await beganAt(pid) }),
    );
    for (const add of [[], [byHand.point]]) {
      const again = searchExperiment(asked, { ...at, add, resume: true }, never);
      await rejectsWith(again, 'run-not-resumable', /seems to go on still/);
    }
    assert.equal(readFileSync(requests, 'utf8'), before);
  });

  it('tries next what was asked for by hand, on top of its evaluations, and says that it was', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const add = once(stepOf(0), () => {
      askAtOnce(at.run, byHand);
      askAtOnce(at.run, { type: 'add', point: { rank: 3, layers: 0.5 } });
    });
    const { state } = await searchExperiment(asked, { ...at, told: add }, never);
    const study = await studyIn(at.run);
    assert.deepEqual(pointsOf(study)[1], [byHand.point, 0]);
    assert.equal(study.trials.length, 4);
    assert.equal(study.trials.filter(isByHand).length, 1);
    assert.deepEqual(
      state.searched.map((trial) => trial.byHand === true),
      [false, true, false, false],
    );
    assert.equal(state.search?.trials, 4);
    assert.deepEqual((await readRequests(at.run)).waiting, []);
    assert.deepEqual((await readRequests(at.run)).refusals, ['Rank 3 is no candidate of the search.']);
    assert.ok(state.notes.includes('A trial by hand was left out. Rank 3 is no candidate of the search.'));
    const events = await readRunEvents(at.run);
    const shares = events.flatMap((event) => (event.type === 'progress' ? event.share : []));
    assert.ok(shares.length > 0 && shares.every((share) => share <= 1));
    assert.match(readFileSync(path.join(at.run, runFiles.report), 'utf8'), /^\| 2 .* by hand \|/m);
  });

  it('comes to the same study where it is stopped in the trial by hand, or just before it is answered', async () => {
    const asked = await experiment();
    const whole = { ...options(asked.file), add: [byHand.point] };
    await searchExperiment(asked, whole, never);
    const study = await studyIn(whole.run);
    assert.deepEqual(pointsOf(study)[0], [byHand.point, 0]);
    const again = await experiment();
    const controller = new AbortController();
    const at = { ...options(again.file), add: [byHand.point] };
    const stop = once(stepOf(0), () => controller.abort());
    await rejectsWith(searchExperiment(again, { ...at, told: stop }, controller.signal), 'cancelled');
    // As a process leaves it that is killed behind the study's journal.
    await writeFile(path.join(at.run, runFiles.requests), `${JSON.stringify(byHand)}\n`);
    await searchExperiment(again, { ...at, add: [], resume: true }, never);
    const settled = ({ stopped, trials }: ReturnType<typeof numbersOf>) => ({ stopped, trials });
    assert.deepEqual(settled(numbersOf(await studyIn(at.run))), settled(numbersOf(study)));
    assert.deepEqual((await readRequests(at.run)).waiting, []);
  });

  it('goes on behind its end with what was asked for since, and writes the plan of the best again', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const first = await searchExperiment(asked, at, never);
    assert.ok(!(await canResume(at.run)));
    const before = await studyIn(at.run);
    const free = [1, 2, 4, 8]
      .flatMap((rank) => [0.5, 1].map((layers) => ({ rank, layers })))
      .find((point) => !before.trials.some((one) => JSON.stringify(one.point) === JSON.stringify(point)));
    await appendRequest(at.run, { type: 'add', point: free! });
    assert.equal(await resumableRun(asked.file), at.run);
    const resumed = await readExperiment(asked.file);
    assert.ok(resumed.plan !== undefined, 'The plan that the first search wrote is no other experiment.');
    const { state } = await searchExperiment(resumed, { ...at, resume: true }, never);
    assert.equal(state.status, 'done');
    const study = await studyIn(at.run);
    assert.deepEqual(pointsOf(study).slice(0, -1), pointsOf(before));
    assert.deepEqual(study.trials.at(-1)!.point, free);
    assert.equal(study.trials.at(-1)!.state, 'done');
    const values = study.trials.map(({ values: [told] }) => told?.value ?? Infinity);
    assert.equal(state.searchEnd?.best, values.indexOf(Math.min(...values)));
    const rank = study.trials[state.searchEnd!.best!]!.point['rank'];
    const { plan } = await readExperiment(asked.file);
    assert.ok(Object.values(plan!.modules).every((row) => row.rank === rank));
    assert.ok(!(await canResume(at.run)));
    // The state is a replay, of the second end too.
    assert.deepEqual((await readRunEvents(at.run)).reduce(applyEvent, emptyRun), state);
    assert.notEqual(state.actual?.seconds, first.state.actual?.seconds);
  });

  it('refuses before anything is scored what no search of it could try', async () => {
    const asked = await experiment();
    const at = options(asked.file);
    const search = searchExperiment(asked, { ...at, add: [{ rank: 4, layers: 0.25 }] }, never);
    await rejectsWith(search, 'option-invalid', /25 % of layers is no candidate/);
    assert.ok(!existsSync(at.run));
  });
});
