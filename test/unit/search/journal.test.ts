import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStudy, StudyJournal } from '../../../src/search/journal';
import { nextStep } from '../../../src/search/nextStep';
import type { Study } from '../../../src/search/study';
import type { StudySettings } from '../../../src/search/studyEvents';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { doublings, oneRank, settingsOf } from './studies';

const settings = settingsOf({ batch: 2, evaluations: 6, space: oneRank(8), seeds: [1, 2] });

/** Searches until the end, or until so many events are written. */
async function search(path: string, most = Infinity, wanted: StudySettings = settings): Promise<Study> {
  const journal = await StudyJournal.open(path, wanted);
  let written = 0;
  const record = async (event: Parameters<StudyJournal['record']>[0]): Promise<void> => {
    if (written++ < most) await journal.record(event);
  };
  while (written < most) {
    const step = nextStep(journal.study);
    if (step.type === 'stop') {
      if (journal.study.stopped !== undefined) break;
      await record({ type: 'stopped', ...step.stop });
    }
    if (step.type === 'propose') await record({ type: 'proposed', proposals: [...step.proposals] });
    const [open] = journal.study.trials.filter(({ state }) => state === 'proposed' || state === 'running');
    if (open === undefined) continue;
    const trial = open.number;
    const x = Math.log2(open.point['rank']!);
    if (open.state === 'proposed') await record({ type: 'running', trial });
    for (const seed of settings.seeds) {
      const value = 0.8 - 0.02 * (x - 4.2) ** 2 + 0.003 * Math.sin(7 * x + seed);
      await record({ type: 'measured', trial, seed, step: 10, value: x === 1 ? NaN : value });
      await record({ type: 'told', trial, seed, value });
    }
  }
  await journal.close();
  return journal.study;
}

const timeless = (study: Study) => ({
  ...study,
  trials: study.trials.map(({ startedAt: _s, finishedAt: _f, ...trial }) => trial),
});

describe("a study's journal", () => {
  const folder = temporaryFolder();

  it('reads as what was written, and ends where it ended', async () => {
    const path = join(folder.path, 'trials.jsonl');
    const study = await search(path);
    assert.ok(study.trials.length >= 4 && study.stopped !== undefined);
    assert.deepEqual(await readStudy(path), study);
    const before = await readFile(path);
    assert.deepEqual(await search(path), study);
    assert.deepEqual(await readFile(path), before);
    assert.ok(Number.isNaN(study.trials[0]!.curve[0]!.value));
  });

  it('goes on from any number of events, and from a line half-written, to the same study', async () => {
    const whole = await search(join(folder.path, 'whole.jsonl'));
    const lines = (await readFile(join(folder.path, 'whole.jsonl'), 'utf8')).split('\n').slice(0, -1);
    for (let count = 0; count < lines.length; count++) {
      const path = join(folder.path, `cut ${count}.jsonl`);
      const kept = lines.slice(0, count).map((line) => `${line}\n`);
      await writeFile(path, kept.join('') + lines[count]!.slice(0, -1 - (count % 7)));
      assert.deepEqual(timeless(await search(path)), timeless(whole), `after ${count} lines`);
    }
    const stopped = join(folder.path, 'stopped.jsonl');
    await search(stopped, 5);
    assert.deepEqual(timeless(await search(stopped)), timeless(whole));
  });

  it('refuses the journal of other settings, and what is none', async () => {
    const path = join(folder.path, 'other.jsonl');
    await search(path, 3);
    const other = settingsOf({ ...settings, seed: 2 });
    await rejectsWith(StudyJournal.open(path, other), 'run-not-resumable', /other settings/);
    const smaller = { ...settings, space: { ...settings.space, costs: doublings(8) } };
    await rejectsWith(StudyJournal.open(path, smaller), 'run-not-resumable', /other settings/);
    await rejectsWith(readStudy(join(folder.path, 'none.jsonl')), 'run-not-found', /does not exist/);
    await writeFile(path, '{"type":"guess"}\n');
    await rejectsWith(readStudy(path), 'journal-invalid', /Line 1/);
  });

  it('writes nothing that cannot have happened', async () => {
    const path = join(folder.path, 'impossible.jsonl');
    const journal = await StudyJournal.open(path, settings);
    await rejectsWith(journal.record({ type: 'running', trial: 0 }), 'journal-invalid', /trial 0/);
    await journal.close();
    assert.deepEqual((await readStudy(path)).trials, []);
  });
});
