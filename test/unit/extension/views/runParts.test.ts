import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRunFacts } from '../../../../src/extension/views/runFacts';
import { isOfWork, runOf } from '../../../../src/extension/views/runPaths';
import { membersOf, partsOf, type Part } from '../../../../src/extension/views/runParts';
import { runFiles } from '../../../../src/files/runs';
import { StudyJournal } from '../../../../src/search/journal';
import type { UnstampedRunEvent } from '../../../../src/shared/runEvents';
import { applyEvent } from '../../../../src/shared/applyEvent';
import { emptyRun, type RunState } from '../../../../src/shared/runState';
import { temporaryFolder } from '../../files/temporary';
import { betterVerdict, judged, openVerdict } from '../../webview/sampleVerdict';
import { at, begun, manifest, model, scored, scores, writeRun } from '../runFolder';

const name = '20260101-0000000-quick-score';
const folder = temporaryFolder();
let count = 0;
const experiment = (): string => join(folder.path, `w${count++}`, 'quick.adapter.yaml');
const seen = (parts: readonly Part[]): string[] =>
  parts.map(({ label, description }) => `${label}|${description}`);

describe('what a run holds', () => {
  it('is its folder alone where there is nothing else', async () => {
    const file = experiment();
    const run = await writeRun(file, name, [begun], { manifest: manifest() });
    const facts = await readRunFacts(file, run);
    const { rm } = await import('node:fs/promises');
    await rm(join(run, runFiles.scores));
    assert.deepEqual(seen(await partsOf(facts)), [`Folder|${name}`]);
  });

  it('is scores by task, a plan, adapters and a report, as far as they are there', async () => {
    const file = experiment();
    const run = await writeRun(file, name, scored, { manifest: manifest() });
    const plan = {
      ...{ version: 1, method: 'floe', plan: { modules: {}, shared: [] }, summary: 'Kept layer 1.' },
      totals: { parameters: 39_648, experts: 4, modules: 2, layers: 1 },
    };
    await writeFile(join(run, runFiles.plan), JSON.stringify(plan));
    await writeFile(join(run, runFiles.report), '# report');
    for (const adapter of ['seed-10', 'seed-2']) {
      await mkdir(join(run, 'adapters', adapter), { recursive: true });
      await writeFile(join(run, 'adapters', adapter, 'adapter_model.safetensors'), Buffer.alloc(1500));
    }
    const facts = await readRunFacts(file, run);
    const parts = await partsOf(facts);
    assert.deepEqual(seen(parts), [
      ...['Scores|', 'Plan|floe · 1 layer · 39.6 k parameters', 'Adapters|2'],
      ...['Report|', `Folder|${name}`],
    ]);
    assert.equal(parts[1]?.detail, 'Kept layer 1.');
    assert.deepEqual(seen(await membersOf(parts[2]!, facts)), ['seed-2|1.5 kB', 'seed-10|1.5 kB']);
    const tasks = await membersOf(parts[0]!, facts);
    assert.deepEqual(seen(tasks), ['spam|fisher · 64 samples', 'topic|fisher · 64 samples']);
    assert.match(
      tasks[0]!.detail,
      /^Halves of the samples agree with Kendall τ [\d.]+\. Layer \d scores highest, /,
    );
    assert.deepEqual(await membersOf(parts[1]!, facts), []);
  });

  it('is what was scored so far while it goes on', async () => {
    const file = experiment();
    const run = join(folder.path, 'going', name);
    const facts = await readRunFacts(file, run);
    const state = [begun, model, scores('spam', 8)].map((event) => at(event)).reduce(applyEvent, emptyRun);
    const parts = await partsOf(facts, state);
    assert.deepEqual(
      parts.map(({ label }) => label),
      ['Scores', 'Folder'],
    );
    assert.deepEqual(seen(await membersOf(parts[0]!, facts, state)), ['spam|8 of 64 samples']);
  });

  it('is its trials with their values, the best of them marked', async () => {
    const file = experiment();
    const run = await writeRun(file, name, [begun], { manifest: manifest({ job: 'search' }) });
    const journal = await StudyJournal.open(join(run, runFiles.trials), {
      ...{ name: 'quick', proposer: 'grid', seed: 1, batch: 1, evaluations: 3, seeds: [1], startup: 10 },
      objective: { metric: 'accuracy', direction: 'maximize', sizeWeight: 0 },
      space: { dimensions: [{ name: 'rank', scale: 'log2', candidates: [2, 4, 8] }], costs: [100, 200, 400] },
    });
    const values = [0.4, 0.6];
    for (const [trial, value] of values.entries()) {
      await journal.record({ type: 'proposed', proposals: [{ point: { rank: 2 ** (trial + 1) } }] });
      await journal.record({ type: 'running', trial });
      await journal.record({ type: 'told', trial, seed: 1, value });
    }
    await journal.record({ type: 'proposed', proposals: [{ point: { rank: 8 } }] });
    await journal.record({ type: 'running', trial: 2 });
    await journal.close();
    const facts = await readRunFacts(file, run);
    const trials = (await partsOf(facts)).find(({ kind }) => kind === 'trials');
    assert.equal(trials?.description, '2 of 3');
    const members = await membersOf(trials!, facts);
    assert.deepEqual(seen(members), [
      '1: rank 2|40.0 % accuracy',
      '2: rank 4|60.0 % accuracy · best',
      '3: rank 8|running',
    ]);
    assert.deepEqual(
      members.map(({ trial }) => trial?.isBest),
      [false, true, false],
    );
  });

  it('is its verdict: at which training it is, then what it is', async () => {
    const file = experiment();
    const run = await writeRun(file, name, [begun], { manifest: manifest({ job: 'judge' }) });
    const facts = await readRunFacts(file, run);
    const of = async (state?: RunState): Promise<Part | undefined> =>
      (await partsOf(facts, state)).find(({ kind }) => kind === 'verdict');
    const going = [at({ ...begun, job: 'judge' } as UnstampedRunEvent), ...judged(openVerdict())].reduce(
      applyEvent,
      emptyRun,
    );
    assert.equal((await of(going))?.description, 'training 6 of 10');
    assert.equal(await of(), undefined);
    await writeFile(join(run, runFiles.verdict), JSON.stringify(openVerdict()));
    assert.equal((await of())?.description, 'open');
    await writeFile(join(run, runFiles.verdict), JSON.stringify(betterVerdict()));
    const part = await of();
    assert.deepEqual([part?.label, part?.description], ['Verdict', 'better than uniform']);
    assert.equal(part?.detail, betterVerdict().words);
    await writeFile(join(run, runFiles.verdict), '{"version":');
    assert.equal(await of(), undefined);
  });

  it('bears files that are broken', async () => {
    const file = experiment();
    const run = await writeRun(file, name, [begun], {
      manifest: manifest({
        inputs: { ...manifest().inputs, tasks: [{ name: 'spam', file: 'a', hash: 'b' }] },
      }),
    });
    for (const broken of [runFiles.scores, runFiles.plan, runFiles.trials])
      await writeFile(join(run, broken), '{"version":');
    const facts = await readRunFacts(file, run);
    const parts = await partsOf(facts);
    assert.deepEqual(seen(parts), ['Scores|', `Folder|${name}`]);
    assert.deepEqual(seen(await membersOf(parts[0]!, facts)), ['spam|']);
  });
});

describe('a path among runs', () => {
  it('tells its run, and whether it is a file that changes all the time', () => {
    const run = join(folder.path, '.adapter-lab', 'runs', name);
    assert.equal(runOf(join(run, 'plan.json')), run);
    assert.equal(runOf(join(run, 'adapters', 'seed-1', 'adapter_config.json')), run);
    assert.equal(runOf(run), run);
    assert.equal(runOf(join(folder.path, '.adapter-lab', 'runs')), undefined);
    assert.equal(runOf(join(folder.path, '.adapter-lab', '.gitignore')), undefined);
    assert.equal(isOfWork(run, join(run, 'events.jsonl'), true), true);
    assert.equal(isOfWork(run, join(run, 'events.jsonl'), false), false);
    assert.equal(isOfWork(run, join(run, 'state', 'work.json'), false), false);
    assert.equal(isOfWork(run, join(run, 'state', 'block-3.bin'), false), true);
    assert.equal(isOfWork(run, join(run, '.plan.json.0123456789ab.tmp'), false), true);
    assert.equal(isOfWork(run, join(run, 'state', 'updates.jsonl'), true), true);
    assert.equal(isOfWork(run, join(run, 'run.lock'), false), true);
    assert.equal(isOfWork(run, join(run, 'plan.json'), false), false);
  });
});
