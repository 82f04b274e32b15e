import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, oneOf, seed, type Outcome, type Shot } from './campaign';
import { goOn } from './goOn';
import { begunIn, jobInTurn, start, type JobName } from './jobs';
import { callsOf, moments } from './killedAtCall';
import { World } from './undisturbed';

/** How a process is killed: what it is started with, and in words. */
interface Kill {
  readonly options: NonNullable<Parameters<typeof start>[2]>;
  readonly words: string;
}

/** Jobs killed without a word, at whichever moment; each goes on to the end of one that was not, or says why it cannot. */
describe('a job, killed', function () {
  const count = injections();
  this.timeout(60_000 * (2 + count));
  const folder = temporaryFolder();
  const world = new World(() => folder.path);

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await world.make();
  });

  async function killOf(random: () => number, job: JobName, user: string): Promise<Kill> {
    const { wholeMs, changes } = await world.undisturbed(job);
    if (random() < 0.5) {
      const when = Math.round(random() * wholeMs);
      const started = (child: ChildProcess): void =>
        void begunIn(user).then(async () => {
          await sleep(when);
          child.kill('SIGKILL');
        });
      return { options: { started }, words: `after ${when} of ${Math.round(wholeMs)} ms` };
    }
    const among = oneOf(random, ['files', 'files', 'files', 'pieces', 'lines'] as const);
    const at = 1 + Math.floor(random() * changes[among]);
    const moment = oneOf(random, moments);
    return {
      options: { env: callsOf({ at, among, moment }) },
      words: `${moment} change ${at} of ${changes[among]} of its ${among}`,
    };
  }

  async function injected({ random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const user = await world.folder(`killed-${number}`, job);
    const first = await killOf(random, job, user);
    // As often, what goes on is killed once more.
    const second = random() < 0.3 ? await killOf(random, job, user) : undefined;
    const words = `${job} killed ${first.words}${second === undefined ? '' : `, and again ${second.words}`}`;
    say(words);
    const { signal, code, stderr } = await start(job, user, first.options);
    world.requireInputs();
    if (signal !== 'SIGKILL') {
      assert.equal(code, 0, stderr);
      await world.requireSameEnd(job, user);
      return 'missed';
    }
    const again = second === undefined ? undefined : await goOn(job, user, second.options);
    // It may have come to its end before it was killed again.
    const last = again?.code === 0 ? again : await goOn(job, user);
    assert.equal(last.code, 0, last.stderr);
    await world.requireSameEnd(job, user);
    const refused = `${again?.refused ?? ''}${last.refused}`;
    if (refused !== '') say(`${words}; ${refused.trim()}`);
    return refused === '' ? 'resumed' : 'refused';
  }

  it(`ends as one that was not, at whichever of ${count} moments that was (seed ${seed})`, () =>
    campaign('kill', count, injected));
});
