import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFiles } from '../../src/files/runs';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, seed, type Outcome, type Shot } from './campaign';
import { goOn } from './goOn';
import { begunIn, jobInTurn, runIn, start } from './jobs';
import { inWorld } from './killedAtCall';
import { World } from './undisturbed';

/** `-3.2 s`, `−2 h`: no duration is below nothing. */
const negative = /(^|[\s(|])[-−]\d[\d.]*\s?(s|min|h)\b/m;
const noNumber = /\b(NaN|Invalid Date|undefined)\b/;

describe('a clock', function () {
  const count = injections(0.06);
  this.timeout(60_000 * (3 + count));
  const folder = temporaryFolder();
  const world = new World(() => folder.path);

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await world.make();
  });

  async function jumps({ random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const { wholeMs } = await world.undisturbed(job);
    const user = await world.folder('jumping', job);
    const env = inWorld('jumpingClock.mjs', { CLOCK_SEED: String(Math.floor(random() * 2 ** 32)) });
    const isKilled = random() < 0.5;
    const when = Math.round(random() * wholeMs);
    say(`${job}, the clock set by up to a day at each look${isKilled ? `, killed after ${when} ms` : ''}`);
    const first = await start(job, user, {
      env,
      started: (child) =>
        void (
          isKilled &&
          begunIn(user).then(async () => {
            await sleep(when);
            child.kill('SIGKILL');
          })
        ),
    });
    const last = first.signal === null ? first : await goOn(job, user, { env });
    assert.equal(last.code, 0, last.stderr);
    await world.requireSameEnd(job, user);
    const report = readFileSync(path.join(runIn(user)!, runFiles.report), 'utf8');
    for (const said of [first.stderr, first.stdout, last.stderr, last.stdout, report]) {
      assert.doesNotMatch(said, negative);
      assert.doesNotMatch(said, noNumber);
    }
    return first.signal === null ? 'undisturbed' : 'resumed';
  }

  it(`that is set back and forth changes no result and shows no time below nothing (${count} times, seed ${seed})`, () =>
    campaign('clock', count, jumps));
});
