import assert from 'node:assert/strict';
import { softwareCard } from '../../scripts/lib/softwareCard';
import { readRunEvents } from '../../src/files/runs';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, isCampaign, seed, type Outcome, type Shot } from './campaign';
import { endsWell } from './goOn';
import { refusal, runIn, start } from './jobs';
import { inWorld } from './killedAtCall';
import { World } from './undisturbed';

/** Of a score or a training of ours there are some hundreds. */
const mostSubmissions = 150;

/**
 * A card that is lost while it computes, simulated where WebGPU tells of it, on the software card that comes with Chromium. A job takes
 * half a minute there: in `npm test` test/webgpu/ has what is quicker, and this is the campaign's.
 */
const suite = function (this: Mocha.Suite): void {
  const count = injections(0.02);
  this.timeout(120_000 * (3 + count));
  const folder = temporaryFolder();
  const card = softwareCard();
  // A processor that plays a card takes its time.
  const less = (text: string): string =>
    text.replace('epochs: 3', 'epochs: 1').replace('seeds: [1, 2]', 'seeds: [1]');
  const world = new World(() => folder.path, card, ['--device', 'webgpu'], less);

  before(async function () {
    if (card === undefined) {
      console.log('      There is no software card here (Chromium brings one): no card can be lost.');
      this.skip();
    }
    await world.make();
  });

  async function lost({ random, number, say }: Shot): Promise<Outcome> {
    const job = (['train', 'score'] as const)[number % 2]!;
    const user = await world.folder('lost', job);
    // Half of them early: a score is over soon.
    const after = Math.ceil(random() * (random() < 0.5 ? 40 : mostSubmissions));
    say(`${job}, the card lost behind submission ${after}`);
    const env = { ...world.env, ...inWorld('lostCard.mjs', { LOST_AFTER: String(after) }) };
    const ended = await start(job, user, { env }, world.more);
    if (ended.code === 0) {
      await world.requireSameEnd(job, user);
      const again = (await readRunEvents(runIn(user)!)).some(({ type }) => type === 'again');
      // A score takes another process and goes on by itself.
      return again ? 'resumed' : 'missed';
    }
    // Lost before it was open it is none that can be had.
    assert.match(refusal(ended), /^device-(lost|unavailable)$/, ended.stderr);
    world.requireInputs();
    return endsWell(world, job, user);
  }

  it(`says so, and its run goes on to the same end (${count} times, seed ${seed})`, () =>
    campaign('card lost', count, lost));
};

// Not skipped: a test that is skipped counts as one that could not run.
if (isCampaign) describe('a card that is lost', suite);
