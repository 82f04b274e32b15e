import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import type { RunWriter } from '../../../src/engine/runWriter';
import { scoreRun } from '../../../src/engine/scoreRun';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { runManifestSchema, type RunManifest } from '../../../src/shared/runManifest';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { never, nowhere } from './requests';

type Told = (writer: RunWriter) => void;

const run =
  (resume: boolean) =>
  (at: string, of: ScoreRequest, told: Told = nowhere, signal = never) =>
    scoreRun(of, undefined, { run: at, job: 'score', device: 'native', version: '0', told, resume }, signal);

export const score = run(false);
export const resume = run(true);

export const scoresIn = (at: string): string => readFileSync(path.join(at, runFiles.scores), 'utf8');
export const manifestOf = (at: string): RunManifest =>
  runManifestSchema.parse(JSON.parse(readFileSync(path.join(at, runFiles.manifest), 'utf8')));

/**
 * A run to its end, and its folder as a killed process would have left it at each event.
 * @param at where the run is made; the copies stand beside it
 */
export async function killedAnywhere(
  at: string,
  of: ScoreRequest,
): Promise<{ wanted: string; killed: string[] }> {
  const killed: string[] = [];
  await score(at, of, () => {
    const copy = `${at}, killed ${killed.length}`;
    snapshot(at, copy);
    killed.push(copy);
  });
  return { wanted: scoresIn(at), killed };
}

/** The same in the middle of the backward pass of a stream. */
export async function killedHalfway(
  at: string,
  of: ScoreRequest,
): Promise<{ wanted: string; killed: string }> {
  const { wanted, killed } = await killedAnywhere(at, { ...of, memory: 'streaming' });
  const halfway = killed.find((copy) => existsSync(path.join(copy, 'state', 'unit-0', 'gradients-1.f32')));
  return { wanted, killed: halfway! };
}

/** Copies a folder that is written to meanwhile: what goes away while it is copied is left out. */
export function snapshot(from: string, to: string): void {
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

/** Fires once so many updates stand in the run's journal. */
export function abortedAfter(at: string, updates: number): AbortSignal {
  const controller = new AbortController();
  const journal = path.join(at, 'state', 'updates.jsonl');
  const look = (): void => {
    const lines = existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 1 : 0;
    if (lines >= updates) controller.abort();
    else if (!existsSync(path.join(at, runFiles.scores))) setImmediate(look);
  };
  look();
  return controller.signal;
}

/** Asserts that a resumed run has ended as if it had never been stopped. */
export async function endsWell(at: string, wanted: string): Promise<void> {
  assert.ok(scoresIn(at) === wanted, 'scores.json is the same byte for byte');
  assert.deepEqual(readdirSync(at).sort(), [
    'events.jsonl',
    'report.html',
    'report.md',
    'run.json',
    'scores.json',
  ]);
  const events = await readRunEvents(at);
  const state = events.reduce(applyEvent, emptyRun);
  assert.equal(state.status, 'done');
  assert.equal(events.filter(({ type }) => type === 'started').length, 1);
  const shares = events.flatMap((event) => (event.type === 'progress' ? [event.share] : []));
  shares.forEach((share, index) => assert.ok(share >= (shares[index - 1] ?? 0), `${shares}`));
  const { state: ended, pid, resumedAt, createdAt, finishedAt } = manifestOf(at);
  assert.deepEqual([ended, pid], ['done', process.pid]);
  assert.ok(createdAt <= resumedAt! && resumedAt! <= finishedAt!);
}
