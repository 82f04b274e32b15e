import assert from 'node:assert/strict';
import { appendFile, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { RunFeed } from '../../../src/extension/panel/runFeed';
import { runFiles } from '../../../src/files/runs';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { LabError } from '../../../src/shared/errors';
import type { RunMessage } from '../../../src/shared/webviewProtocol';
import { temporaryFolder } from '../files/temporary';
import { logOf, until } from './logOf';
import { at, begun, finished, manifest, model, scored, scores, writeRun } from './runFolder';

describe('the feed of a page', () => {
  const folder = temporaryFolder();
  const name = '20260101-0000000-quick-score';
  let count = 0;
  const experiment = (): string => join(folder.path, `w${count++}`, 'quick.adapter.yaml');

  async function feed(run: string | undefined, standIn: readonly ReturnType<typeof at>[] = []) {
    const messages: RunMessage[] = [];
    const one = new RunFeed(
      { experiment: 'quick.adapter.yaml', run, standIn, trusted: true },
      (message) => void messages.push(message),
      logOf().log,
    );
    await one.start();
    return { one, messages };
  }
  const stepOf = (step: number): UnstampedRunEvent => ({
    ...{
      type: 'step',
      trial: 'seed-1',
      step,
      loss: 1,
      learningRate: 0.1,
      gradientNorm: 1,
      tokensPerSecond: 1,
    },
  });
  const types = (message: RunMessage | undefined): string[] => message?.events.map(({ type }) => type) ?? [];

  it('opens a page on a run with all that counts of it, then tells what comes', async () => {
    const run = await writeRun(experiment(), name, scored, {
      manifest: manifest({ recorded: true, pid: process.pid, createdAt: new Date().toISOString() }),
    });
    const { one, messages } = await feed(run);
    assert.equal(messages.length, 1);
    assert.ok(messages[0]?.type === 'open');
    assert.deepEqual(messages[0].heading, {
      kind: 'run',
      run: name,
      experiment: 'quick.adapter.yaml',
      recorded: true,
    });
    assert.deepEqual(types(messages[0]), ['started', 'model', 'scores', 'scores', 'wrote']);
    await appendFile(join(run, runFiles.events), `${JSON.stringify(at(finished))}\n`);
    one.look();
    await until(() => messages.length === 2, 'the end');
    assert.deepEqual([messages[1]?.type, types(messages[1])], ['events', ['finished']]);
    one.dispose();
  });

  it('makes one message of all that comes while the page is still busy with the one before', async () => {
    const run = await writeRun(experiment(), name, [begun, model], {
      manifest: manifest({ pid: process.pid, createdAt: new Date().toISOString() }),
    });
    const messages: RunMessage[] = [];
    const waiting: (() => void)[] = [];
    const one = new RunFeed(
      { experiment: 'quick.adapter.yaml', run, standIn: [], trusted: true },
      (message) => {
        messages.push(message);
        return new Promise<void>((resolve) => waiting.push(resolve));
      },
      logOf().log,
    );
    try {
      await one.start();
      const steps = 300;
      for (let step = 1; step <= steps; step++) {
        await appendFile(join(run, runFiles.events), `${JSON.stringify(at(stepOf(step)))}\n`);
        one.look();
        assert.equal(waiting.length, 1, `one message is on its way at step ${step}`);
      }
      waiting.shift()?.();
      await until(() => messages.length === 2, 'the steps');
      assert.deepEqual(
        types(messages[1]),
        Array.from({ length: steps }, () => 'step'),
      );
      waiting.shift()?.();
      await appendFile(join(run, runFiles.events), `${JSON.stringify(at(finished))}\n`);
      one.look();
      await until(() => messages.length === 3, 'the end');
      assert.deepEqual(types(messages[2]), ['finished']);
    } finally {
      one.dispose();
    }
  });

  it('goes on where a message could not be given', async () => {
    const run = await writeRun(experiment(), name, [begun], {
      manifest: manifest({ pid: process.pid, createdAt: new Date().toISOString() }),
    });
    let messages = 0;
    const one = new RunFeed(
      { experiment: 'quick.adapter.yaml', run, standIn: [], trusted: true },
      () => {
        messages++;
        return Promise.reject(new Error('The page is gone.'));
      },
      logOf().log,
    );
    try {
      await one.start();
      await appendFile(join(run, runFiles.events), `${JSON.stringify(at(model))}\n`);
      await until(() => messages === 2, 'the second message');
    } finally {
      one.dispose();
    }
  });

  it('opens an empty page where there is no run', async () => {
    const { messages } = await feed(undefined);
    assert.ok(messages[0]?.type === 'open' && messages[0].heading.run === '');
    assert.deepEqual(messages[0].events, []);
  });

  it('shows a run that has just been started as running, and its error where no journal says it', async () => {
    const run = join(folder.path, 'nowhere', name);
    const { one, messages } = await feed(run, [at(begun)]);
    assert.deepEqual(types(messages[0]), ['started']);
    one.jobEnded(new LabError('engine-node-missing', 'There is no Node.', 'Install one.'));
    assert.deepEqual(types(messages[1]), ['finished']);
    one.dispose();
  });

  it('leaves the end of a run to its journal where there is one', async () => {
    const run = await writeRun(experiment(), name, [begun], {
      manifest: manifest({ pid: process.pid, createdAt: new Date().toISOString() }),
    });
    const { one, messages } = await feed(run);
    one.jobEnded(new LabError('engine-killed', 'It was killed.', 'Try again.'));
    assert.equal(messages.length, 1);
    one.dispose();
  });

  it('says of an orphan that its engine is gone', async () => {
    const run = await writeRun(experiment(), name, [begun], { manifest: manifest({ pid: 0 }), age: 100 });
    const { one, messages } = await feed(run);
    assert.deepEqual(messages.map(types), [['started'], ['finished']]);
    one.dispose();
  });

  it('notices while it is open that nobody works on the run any more, and that somebody does after all', async () => {
    const run = await writeRun(experiment(), name, [begun, model], { manifest: manifest({ pid: 0 }) });
    const { one, messages } = await feed(run);
    try {
      assert.deepEqual(messages.map(types), [['started', 'model']]);
      // Time goes by.
      const then = new Date(Date.now() - 100_000);
      await utimes(join(run, runFiles.events), then, then);
      await until(() => messages.length === 2, 'the end');
      const end = messages[1]?.events[0];
      assert.ok(end?.type === 'finished' && end.state === 'failed' && end.error?.code === 'engine-killed');
      await appendFile(join(run, runFiles.events), `${JSON.stringify(at(scores('spam', 8)))}\n`);
      await until(() => messages.length === 3, 'the run that goes on');
      assert.deepEqual([messages[2]?.type, types(messages[2])], ['open', ['started', 'model', 'scores']]);
    } finally {
      one.dispose();
    }
  });
});
