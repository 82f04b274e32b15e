import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beganAt } from '../../../src/files/processes';
import { holdingRun, holdRun } from '../../../src/files/runLock';
import { removeAllUnfinished } from '../../../src/files/unfinished';
import { temporaryFolder } from './temporary';
import { rejectsWith } from './throwsCode';

const script = (run: string): string => `
  const { holdRun } = require(${JSON.stringify(path.join(__dirname, '../../../src/files/runLock'))});
  holdRun(${JSON.stringify(run)}).then(
    () => { process.stdout.write('held'); setInterval(() => undefined, 1000); },
    (error) => { process.stdout.write(error.code); },
  );`;

describe('a run that is held', () => {
  const folder = temporaryFolder();
  let count = 0;
  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  const lock = (run: string): string => path.join(run, 'run.lock');

  /** Another process that asks for a run, and what came of it. */
  async function other(run: string) {
    const child = spawn(process.execPath, ['--require', 'tsx/cjs', '-e', script(run)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const said = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    return { said, child, ended };
  }

  it('is held by one process, and by nobody once that has died', async () => {
    const run = fresh();
    const first = await other(run);
    assert.equal(first.said, 'held');
    await rejectsWith(holdRun(run), 'run-in-progress', new RegExp(`by process ${first.child.pid}`));
    first.child.kill('SIGKILL');
    await first.ended;
    const letGo = await holdRun(run);
    const second = await other(run);
    await second.ended;
    assert.equal(second.said, 'run-in-progress');
    await letGo();
    assert.deepEqual(readdirSync(run), []);
  });

  it('goes to one of many that ask at the same moment, also where a dead one has left its lock', async () => {
    const run = fresh();
    await mkdir(run);
    await writeFile(lock(run), '999999999 12\n');
    const all = await Promise.all([1, 2, 3, 4].map(() => other(run)));
    const said = all.map((one) => one.said).sort();
    for (const { child } of all) child.kill('SIGKILL');
    await Promise.all(all.map(({ ended }) => ended));
    assert.deepEqual(said, ['held', 'run-in-progress', 'run-in-progress', 'run-in-progress']);
    assert.deepEqual(readdirSync(run), ['run.lock']);
  });

  it('is held once more by its own process, until the last has let go', async () => {
    const run = fresh();
    const letGo = await holdRun(run);
    await holdingRun(run, () => Promise.resolve(assert.ok(existsSync(lock(run)))));
    assert.ok(existsSync(lock(run)));
    await letGo();
    await letGo();
    assert.equal(existsSync(lock(run)), false);
  });

  it('is not held by the lock of a copy, nor by a process that has only the number', async function () {
    const run = fresh();
    const letGo = await holdRun(run);
    const copy = fresh();
    await cp(run, copy, { recursive: true });
    await (
      await holdRun(copy)
    )();
    await letGo();
    const began = await beganAt(process.ppid);
    if (began === undefined) return this.skip();
    await writeFile(lock(run), `${process.ppid} ${began}\n`);
    await rejectsWith(holdRun(run), 'run-in-progress');
    await writeFile(lock(run), `${process.ppid} ${began - 10}\n`);
    await (
      await holdRun(run)
    )();
  });

  it('is held by a process of another machine for as long as it is heard of', async () => {
    const run = fresh();
    await mkdir(run);
    await writeFile(lock(run), '4 12 another-machine\n');
    await rejectsWith(holdRun(run), 'run-in-progress', /by process 4/);
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(lock(run), longAgo, longAgo);
    await (
      await holdRun(run)
    )();
  });

  it('is not given back by who has lost it, and is another one’s then', async () => {
    const run = fresh();
    const letGo = await holdRun(run);
    await rm(lock(run));
    await writeFile(lock(run), '4 12 another-machine\n');
    await letGo();
    assert.equal(readFileSync(lock(run), 'utf8'), '4 12 another-machine\n');
  });

  it('is held anew at once by who lets go of it', async () => {
    const run = fresh();
    const first = await holdRun(run);
    const [, second] = await Promise.all([first(), holdRun(run)]);
    assert.ok(existsSync(lock(run)));
    await second();
    assert.deepEqual(readdirSync(run), []);
  });

  it('is taken where somebody was killed who removed a dead one’s lock', async () => {
    const run = fresh();
    await mkdir(run);
    await writeFile(lock(run), '999999999 12\n');
    const claim = `${lock(run)}.${createHash('sha256').update('999999999 12\n').digest('hex').slice(0, 12)}`;
    await writeFile(claim, '');
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(claim, longAgo, longAgo);
    const letGo = await holdRun(run);
    assert.deepEqual(readdirSync(run), ['run.lock']);
    await letGo();
  });

  it('is got by who asks while its holder clears the folder of what is unfinished', async () => {
    const run = fresh();
    await mkdir(run);
    let isOver = false;
    const clearing = (async () => {
      while (!isOver) await removeAllUnfinished(run, 'pieces');
    })();
    try {
      for (let times = 0; times < 100; times++) await holdingRun(run, () => Promise.resolve());
    } finally {
      isOver = true;
      await clearing;
    }
    assert.deepEqual(readdirSync(run), []);
  });

  it('is let go of where the work fails', async () => {
    const run = fresh();
    await assert.rejects(
      holdingRun(run, () => Promise.reject(new Error('no'))),
      /no/,
    );
    assert.deepEqual(readdirSync(run), []);
    const letGo = await holdRun(run);
    assert.match(readFileSync(lock(run), 'utf8'), new RegExp(`^${process.pid} `));
    await letGo();
  });
});
