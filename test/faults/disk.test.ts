import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, oneOf, seed, type Outcome, type Shot } from './campaign';
import { Disk } from './disk';
import { endsWell } from './goOn';
import { begunIn, jobInTurn, jobNames, refusal, resume, runIn, start, type JobName } from './jobs';
import { callsOf } from './killedAtCall';
import { World } from './undisturbed';

/** Twice what a run of ours takes while it goes on. */
const diskBytes = 2_000_000;

describe('a disk', function () {
  const count = injections(0.06);
  this.timeout(60_000 * (3 + count));
  let disk: Disk | undefined;
  // Registered first: before the folder is removed.
  after(() => disk?.remove());
  const folder = temporaryFolder();
  const world = new World(() => disk!.root);

  before(async function () {
    if (process.platform === 'win32') this.skip();
    disk = await Disk.make(folder.path, diskBytes);
    await world.make();
  });
  /** The user's experiment is what it was, or what it is in the end. */
  async function requireWholeFiles(job: JobName, user: string, before: string | undefined): Promise<void> {
    const { result } = await world.undisturbed(job);
    const now = world.experimentIn(user);
    assert.ok(now === before || now === result.experiment, `the experiment is ${now}`);
    world.requireInputs();
  }

  async function full(disk: Disk, { random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const { bytes } = await world.undisturbed(job);
    const user = await world.folder('full', job);
    const before = world.experimentIn(user);
    const free = Math.round(random() * bytes);
    say(`${job} with ${free} bytes free of the ${bytes} that it writes`);
    const env = disk.fill(free);
    const stopped = await start(job, user, { env });
    try {
      if (stopped.code === 0) return 'missed';
      assert.equal(refusal(stopped), 'disk-full', stopped.stderr);
      await requireWholeFiles(job, user, before);
      // As full as before: it says so again, and loses nothing by the try.
      if (runIn(user) !== undefined && random() < 0.3) {
        const again = await resume(job, user, { env: disk.isMounted ? {} : disk.fill(0) });
        // One that had nothing yet to go on from begins anew.
        if (again.code !== 0) assert.match(refusal(again), /^(disk-full|run-not-resumable)$/, again.stderr);
        await requireWholeFiles(job, user, before);
        if (again.code === 0) return 'missed';
      }
    } finally {
      disk.empty();
    }
    return endsWell(world, job, user);
  }

  async function readOnly(disk: Disk, { random, number, say }: Shot): Promise<Outcome> {
    const job = oneOf(random, jobNames);
    const { changes, wholeMs } = await world.undisturbed(job);
    const user = await world.folder('read-only', job);
    const before = world.experimentIn(user);
    const way = (['before it begins', 'before it goes on', 'in the middle'] as const)[number % 3];
    if (way === 'in the middle' && disk.isMounted) {
      const when = Math.round((random() * wholeMs) / 2);
      say(`${job}, its run read-only ${when} ms behind its beginning`);
      let locked = '';
      const stopped = await start(job, user, {
        started: () =>
          void begunIn(user)
            .then((run) => sleep(when, run))
            .then((run) => disk.lock((locked = run))),
      });
      if (locked !== '') disk.unlock(locked);
      if (stopped.code === 0) return 'missed';
      assert.equal(refusal(stopped), 'not-writable', stopped.stderr);
      await requireWholeFiles(job, user, before);
      return endsWell(world, job, user);
    }
    say(`${job}, its folder read-only ${way}`);
    if (way === 'before it goes on') {
      const at = Math.ceil((random() * changes.files) / 2);
      await start(job, user, { env: callsOf({ at }) });
    }
    const place = runIn(user) ?? user;
    const env = disk.lock(place);
    try {
      const stopped = await (runIn(user) === undefined ? start : resume)(job, user, { env });
      assert.equal(refusal(stopped), 'not-writable', stopped.stderr);
      await requireWholeFiles(job, user, before);
    } finally {
      disk.unlock(place);
    }
    return endsWell(world, job, user);
  }

  it(`that is full: says so, and goes on when there is space (${count} times, seed ${seed})`, () =>
    campaign('disk full', count, (shot) => full(disk!, shot)));

  it(`that may not be written: says so, and goes on when it may (${count} times)`, () =>
    campaign('read-only', count, (shot) => readOnly(disk!, shot)));
});
