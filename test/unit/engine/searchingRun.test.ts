import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { runExperiment } from '../../../src/engine/runExperiment';
import type { RunWriter } from '../../../src/engine/runWriter';
import { searchExperiment } from '../../../src/engine/searchExperiment';
import { canResume, readManifest, runFiles } from '../../../src/files/runs';
import { newestPlannedRun } from '../../../src/files/runRecords';
import { commitFacts } from '../../../src/planning/commitFacts';
import { readStudy } from '../../../src/search/journal';
import type { RunState } from '../../../src/shared/runState';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { writeSmallExperiment } from './smallExperiment';
import { snapshot } from './stoppedRuns';

const never = new AbortController().signal;
const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: floe # stays
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
train: { epochs: 2, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1], evaluations: 1 }
search: { ranks: [1, 2, 4, 8], layers: [50%, 100%], evaluations: 3 }
`;

describe('the main job with a search', () => {
  const folder = temporaryFolder();
  const runs = (): string => path.join(folder.path, '.adapter-lab', 'runs');
  const optionsOf = (run: string, told: (writer: RunWriter) => void = () => undefined) => ({
    ...({ run, device: 'native', version: '1', processes: 0, told } as const),
  });
  const file = (): string => path.join(folder.path, 'main.adapter.yaml');
  /** Without the times. */
  const studyIn = async (run: string) => {
    const { trials, stopped } = await readStudy(path.join(run, runFiles.trials));
    return {
      stopped,
      trials: trials.map(({ point, state, values, curve, why }) => ({ point, state, values, curve, why })),
    };
  };
  const planned = (run: string): unknown =>
    (JSON.parse(readFileSync(path.join(run, runFiles.plan), 'utf8')) as { plan: unknown }).plan;

  const copies = new Map<string, string>();
  /** The experiment's text as it was then. */
  const texts = new Map<string, string>();
  const whole = (): string => path.join(runs(), '20260101-000000000-main-run');
  let state: RunState;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
    await writeFile(file(), text);
    const asked = await readExperiment(file());
    // The folder as a process that is killed leaves it, at the first event of each kind and stage, of trials' also at the last.
    const writer = await runExperiment(
      asked,
      optionsOf(whole(), ({ last, state: now }) => {
        const event = last!;
        const wrote = event.type === 'wrote' ? ` ${event.path}` : '';
        const key = `${event.type}${wrote} in stage ${now.stage ?? 'none'}`;
        const isOfTrials = ['step', 'searched', 'evaluated'].includes(event.type);
        for (const which of [`first ${key}`, ...(isOfTrials ? [`last ${key}`] : [])]) {
          if (which.startsWith('first') && copies.has(which)) continue;
          const copy = path.join(runs(), `20250102-${String(copies.size).padStart(9, '0')}-main-run`);
          const to = copies.get(which) ?? copy;
          snapshot(whole(), to);
          copies.set(which, to);
          texts.set(which, readFileSync(file(), 'utf8'));
        }
      }),
      never,
    );
    state = writer.state;
  });

  it('scores, searches, writes the plan of the best trial and reports, as a run of its own', async () => {
    assert.equal(state.job, 'run');
    assert.equal(state.status, 'done');
    assert.equal(state.search?.trials, 3);
    assert.equal(state.search.best, state.searchEnd?.best);
    const best = state.searched.find(({ number }) => number === state.searchEnd?.best)!;
    assert.ok(
      state.searched.every(({ value }) => value! >= best.value!),
      'a loss: the least',
    );
    const { plan } = await readExperiment(file());
    assert.deepEqual(plan, planned(whole()));
    assert.ok(Object.values(plan!.modules).every(({ rank }) => rank === best.point['rank']));
    assert.match(readFileSync(file(), 'utf8'), /method: floe # stays/);
    assert.match(readFileSync(path.join(whole(), runFiles.report), 'utf8'), /## Rank search/);
    const records = await newestPlannedRun(file());
    assert.equal(records?.run, whole(), 'a copy has no plan before the newest');
    assert.match(commitFacts(file(), await readExperiment(file()), records).plan.summary, /^Kept /);
  });

  it('was killed at every stage of it', () => {
    const stages = new Set([...copies.keys()].map((key) => key.replace(/^.* stage /, '')));
    for (const stage of ['load', 'probe', 'score', 'write', 'search', 'train', 'allocate'])
      assert.ok(stages.has(stage), `${stage} of ${[...stages].join(', ')}`);
  });

  it('goes on from wherever it was killed, to the same study and the same plan', async () => {
    const wanted = { study: await studyIn(whole()), plan: planned(whole()) };
    let resumed = 0;
    for (const [key, run] of copies) {
      // Before it has begun to score, and once it has come to its end, there is nothing to go on with.
      if (!(await canResume(run))) {
        assert.match(key, / in stage (none|load|probe|score)$|^\S+ finished /, key);
        continue;
      }
      await writeFile(file(), texts.get(key)!);
      const { state: after } = await runExperiment(
        await readExperiment(file()),
        { ...optionsOf(run), resume: true },
        never,
      );
      assert.equal(after.status, 'done', key);
      assert.deepEqual({ study: await studyIn(run), plan: planned(run) }, wanted, key);
      assert.deepEqual((await readExperiment(file())).plan, wanted.plan, key);
      const { inputs, device } = await readManifest(run);
      assert.ok(inputs.modelHash !== '' && inputs.tasks.length === 1 && device === 'native', key);
      assert.ok(!existsSync(path.join(run, 'state')), key);
      resumed++;
    }
    assert.ok(resumed > 15, String(resumed));
  });

  it('refuses to go on where the scores would be others, also behind them', async () => {
    const at = path.join(runs(), '20260103-000000000-main-run');
    const controller = new AbortController();
    const stopAt = ({ state: now }: RunWriter): void => {
      if ((now.trials[1]?.step ?? 0) >= 2) controller.abort();
    };
    const asked = await readExperiment(file());
    await rejectsWith(runExperiment(asked, optionsOf(at, stopAt), controller.signal), 'cancelled');
    const other = { ...asked, score: { ...asked.score, maxLength: 12 } };
    const again = { ...optionsOf(at), resume: true };
    await rejectsWith(runExperiment(other, again, never), 'run-not-resumable', /the longest sample/);
    assert.equal((await runExperiment(asked, again, never)).state.status, 'done');
  });

  it('leaves the file to the editor where it is asked to, with the plan in the run', async () => {
    await writeFile(file(), text);
    const run = path.join(runs(), '20260104-000000000-main-search');
    const asked = await readExperiment(file());
    const writer = await searchExperiment(asked, { ...optionsOf(run), keepFile: true }, never);
    assert.equal(readFileSync(file(), 'utf8'), text);
    assert.deepEqual(writer.state.plan?.plan, planned(run));
    assert.equal(writer.state.job, 'search');
  });
});
