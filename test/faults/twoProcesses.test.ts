import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFiles } from '../../src/files/runs';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, oneOf, seed, type Outcome, type Shot } from './campaign';
import { begunIn, jobInTurn, refusal, resume, runIn, start, type JobName } from './jobs';
import { callsOf, inWorld } from './killedAtCall';
import { World } from './undisturbed';

describe('two processes on one run', function () {
  const count = injections(0.06);
  this.timeout(60_000 * (3 + count));
  const folder = temporaryFolder();
  const world = new World(() => folder.path);

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await world.make();
  });

  /**
   * Begins a job, and holds its process still some time behind its first event.
   * @returns `still`: the process; undefined where it had ended by then
   */
  async function heldStill(job: JobName, user: string, when: number) {
    let child: ChildProcess | undefined;
    const first = start(job, user, { started: (one) => void (child = one) });
    const ended = first.then(() => 'ended' as const);
    const isBegun = begunIn(user).then(() => sleep(when));
    const isThere = (await Promise.race([isBegun, ended])) !== 'ended' && child?.kill('SIGSTOP') === true;
    return { first, still: isThere ? child : undefined };
  }

  /** The first is held still in the middle of its work, so that it is surely there when the second comes. */
  async function second({ random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const { wholeMs } = await world.undisturbed(job);
    const user = await world.folder('second', job);
    const when = Math.round((random() * wholeMs) / 2);
    const ahead = oneOf(random, ['0', '3', '-3']);
    say(`${job}, a second process after ${when} ms, its clock ${ahead} h ahead`);
    const { first, still } = await heldStill(job, user, when);
    if (still === undefined) return 'missed';
    const events = path.join(runIn(user)!, runFiles.events);
    const before = readFileSync(events);
    const other = await resume(job, user, { env: inWorld('jumpingClock.mjs', { CLOCK_AHEAD: ahead }) });
    const after = readFileSync(events);
    still.kill('SIGCONT');
    const { code, stderr } = await first;
    // What was over but for its last breath holds nothing any more.
    const isOver = /has come to its end/.test(other.stderr);
    if (!isOver) assert.equal(refusal(other), 'run-in-progress', other.stderr);
    assert.ok(after.equals(before), 'the second wrote into the journal');
    assert.equal(code, 0, stderr);
    await world.requireSameEnd(job, user);
    return isOver ? 'missed' : 'refused';
  }
  /** A run that was killed, and two that go on with it at the same moment. */
  async function atOnce({ random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const { changes } = await world.undisturbed(job);
    const user = await world.folder('at-once', job);
    const at = Math.ceil((0.2 + 0.6 * random()) * changes.files);
    say(`${job} killed at change ${at} of ${changes.files} of its files, and resumed by two at once`);
    const { signal } = await start(job, user, { env: callsOf({ at }) });
    if (signal !== 'SIGKILL' || runIn(user) === undefined) return 'missed';
    const both = await Promise.all([resume(job, user), resume(job, user)]);
    const [won, ...others] = both.filter(({ code }) => code === 0);
    assert.ok(won !== undefined, both.map(({ stderr }) => stderr).join('\n'));
    assert.deepEqual(others, [], 'both worked on it');
    const [lost] = both.filter(({ code }) => code !== 0);
    // The one that came late met the end of the other.
    assert.match(refusal(lost!), /^run-(in-progress|not-resumable)$/, lost!.stderr);
    await world.requireSameEnd(job, user);
    return 'resumed';
  }

  it(`refuses the second, and the first is none the worse for it (${count} times, seed ${seed})`, () =>
    campaign('second process', count, second));

  it(`lets one of two go on that come at the same moment (${count} times)`, () =>
    campaign('two at once', count, atOnce));
});
