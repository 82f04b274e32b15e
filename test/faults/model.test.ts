import assert from 'node:assert/strict';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFiles } from '../../src/files/runs';
import { temporaryFolder } from '../unit/files/temporary';
import { campaign, injections, oneOf, seed, type Outcome, type Shot } from './campaign';
import { endsWell } from './goOn';
import { begunIn, jobInTurn, jobNames, refusal, resume, runIn, start } from './jobs';
import { callsOf } from './killedAtCall';
import { World } from './undisturbed';

/** Something is done to the model, and undone. */
interface Change {
  readonly words: string;
  /** What a run says of it that was computing, and one that shall go on. */
  readonly codes: { readonly middle: RegExp; readonly resume: RegExp };
  readonly make: () => void;
  readonly undo: () => void;
}

describe('a model', function () {
  const count = injections(0.06);
  this.timeout(60_000 * (3 + count));
  const folder = temporaryFolder();
  const world = new World(() => folder.path);
  const model = (): string => path.join(folder.path, 'models', 'small');
  const weights = (): string => path.join(model(), 'model.safetensors');

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await world.make();
  });

  const removed: Change = {
    words: 'removed',
    codes: { middle: /^model-(changed|missing|weights-missing)$/, resume: /^model-missing$/ },
    make: () => renameSync(model(), `${model()}-away`),
    undo: () => renameSync(`${model()}-away`, model()),
  };

  /** One bit of one weight, with the time of the change, as a download that goes on does it. */
  function flip(at: number): Change {
    let times = { atime: new Date(), mtime: new Date() };
    const turn = (): void => {
      const file = openSync(weights(), 'r+');
      const byte = Buffer.alloc(1);
      readSync(file, byte, 0, 1, at);
      writeSync(file, Buffer.of(byte[0]! ^ 0x40), 0, 1, at);
      closeSync(file);
    };
    return {
      words: `changed in byte ${at}`,
      codes: { middle: /^model-changed$/, resume: /^run-not-resumable$/ },
      make: () => {
        times = statSync(weights());
        turn();
      },
      undo: () => {
        turn();
        utimesSync(weights(), times.atime, times.mtime);
      },
    };
  }

  function changeOf(random: () => number): Change {
    if (random() < 0.3) return removed;
    const bytes = statSync(weights()).size;
    // The header is at the front; the highest byte of a float32 is its last.
    return flip(bytes - 1 - 4 * Math.floor((random() * bytes) / 8));
  }

  /** Resolves once a run has read what model it is of. */
  async function readBy(user: string): Promise<void> {
    const journal = path.join(await begunIn(user), runFiles.events);
    while (!existsSync(journal) || !readFileSync(journal, 'utf8').includes('"type":"model"')) await sleep(2);
  }

  async function inTheMiddle({ random, number, say }: Shot): Promise<Outcome> {
    const job = jobInTurn(number);
    const { wholeMs } = await world.undisturbed(job);
    const user = await world.folder('middle', job);
    const before = world.experimentIn(user);
    const change = changeOf(random);
    const when = Math.round((random() * wholeMs) / 2);
    say(`${job}, the model ${change.words} ${when} ms after it was read`);
    let isMade = false;
    let isOver = false;
    const ended = await start(job, user, {
      started: () =>
        void readBy(user)
          .then(() => sleep(when))
          .then(() => {
            // Whatever came to its end before has read another model than this.
            if (isOver) return;
            change.make();
            isMade = true;
          }),
    });
    isOver = true;
    if (isMade) change.undo();
    if (ended.code === 0) {
      await world.requireSameEnd(job, user);
      return 'missed';
    }
    assert.match(refusal(ended), change.codes.middle, ended.stderr);
    const { result } = await world.undisturbed(job);
    assert.ok([before, result.experiment].includes(world.experimentIn(user)), 'the experiment is another');
    return endsWell(world, job, user);
  }

  async function beforeItGoesOn({ random, number, say }: Shot): Promise<Outcome> {
    const job = oneOf(random, jobNames);
    const { changes } = await world.undisturbed(job);
    const user = await world.folder('later', job);
    const change = number % 2 === 0 ? flip(statSync(weights()).size - 1) : removed;
    const at = Math.ceil((0.2 + 0.7 * random()) * changes.files);
    say(`${job} killed at change ${at} of ${changes.files}, the model ${change.words} before it goes on`);
    const { signal } = await start(job, user, { env: callsOf({ at }) });
    if (signal !== 'SIGKILL') return 'missed';
    const [run] = [runIn(user)];
    if (run === undefined) return endsWell(world, job, user);
    const hadBegun = existsSync(path.join(run, 'state')) || existsSync(path.join(run, runFiles.scores));
    const events = readFileSync(path.join(run, runFiles.events));
    change.make();
    try {
      const refused = await resume(job, user);
      // What had not begun begins, on whatever model there is.
      if (!hadBegun) return 'missed';
      assert.match(refusal(refused), change.codes.resume, refused.stderr);
      assert.ok(readFileSync(path.join(run, runFiles.events)).equals(events), 'the run was touched');
    } finally {
      change.undo();
    }
    return endsWell(world, job, user);
  }

  it(`that is removed or changed in the middle: says so, and goes on when it is back (${count} times, seed ${seed})`, () =>
    campaign('model in the middle', count, inTheMiddle));

  it(`that is another before a run goes on: says so and leaves the run as it is (${count} times)`, () =>
    campaign('model before a resume', count, beforeItGoesOn));
});
