import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scoreModel } from '../../src/engine/scoreModel';
import { scoreRun } from '../../src/engine/scoreRun';
import { readRunEvents, runFiles } from '../../src/files/runs';
import type { UnstampedRunEvent } from '../../src/shared/runEvents';
import type { RunScores, ScoreFile } from '../../src/shared/scoreFile';
import { close } from '../unit/tensors/close';
import { temporaryFolder } from '../unit/files/temporary';
import { rejectsWith } from '../unit/files/throwsCode';
import { smallLlama, writeRandomLlama } from '../unit/models/randomLlama';
import { lanesOf } from '../unit/engine/lanes/laneProcesses';
import { never, nowhere, requestIn } from '../unit/engine/requests';
import { tokenizedLines, writeSmallExperiment } from '../unit/engine/smallExperiment';

/** Holds one such sample, and not four of them. */
const cardBytes = 6e6;
const world = path.join(__dirname, 'worlds', 'smallCard.ts');

/** Scores in a process that holds a card, and what becomes of them where the card, its memory or the process fails. */
describe('a score on a card', function () {
  this.timeout(300_000);
  const folder = temporaryFolder();
  const options = process.env['NODE_OPTIONS'];
  let expected: readonly ScoreFile[] = [];
  let task = requestIn('').tasks[0]!;

  before(async () => {
    await writeSmallExperiment(folder.path);
    task = { ...task, file: path.join(folder.path, 'data', 'many.jsonl') };
    await writeFile(task.file, tokenizedLines(24, 4));
    // From another device, in a process of its own: this one may have a card already.
    expected = (await scoreModel(request({ device: 'native' }), nowhere, never)).scores;
  });
  afterEach(() => {
    if (options === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = options;
    assert.deepEqual(lanesOf(), [], 'no process is left');
  });

  const request = (change: Parameters<typeof requestIn>[1] = {}) =>
    requestIn(folder.path, { tasks: [task], batchSize: 4, device: 'webgpu', processes: 1, ...change });
  const check = (scores: readonly ScoreFile[]): void => {
    assert.equal(scores[0]!.device, 'webgpu');
    scores[0]!.modules.forEach((module, index) =>
      close(module.perSample!, expected[0]!.modules[index]!.perSample!, 2e-5, module.path),
    );
  };
  const onSmallCard = (bytes: number): void => {
    process.env['NODE_OPTIONS'] = `--require tsx/cjs --require ${world}`;
    process.env['SMALL_CARD_BYTES'] = String(bytes);
  };

  it('gives the numbers of the CPU', async () => {
    const events: UnstampedRunEvent[] = [];
    const { scores } = await scoreModel(request(), (event) => events.push(event), never);
    check(scores);
    const memory = events.find(({ type }) => type === 'memory') as { card?: string; processes: number };
    assert.match(memory.card ?? '', /SwiftShader/);
    assert.equal(memory.processes, 1);
  });

  it('goes on from the last result where the process that held the card was killed', async () => {
    const run = path.join(folder.path, 'run');
    let killed = 0;
    const options = { run, job: 'score', device: 'webgpu', version: '0', processes: 1 } as const;
    await scoreRun(
      request(),
      undefined,
      {
        ...options,
        told: ({ state }) => {
          if (killed > 0 || (state.tasks[0]?.samplesDone ?? 0) === 0) return;
          killed = lanesOf()[0]!;
          process.kill(killed, 'SIGKILL');
        },
      },
      never,
    );
    const events = await readRunEvents(run);
    const again = events.filter(({ type }) => type === 'again');
    assert.equal(again.length, 1);
    assert.match(JSON.stringify(again), /engine-killed.*Going on from the last result/);
    assert.equal(events.at(-1)?.type, 'finished');
    const { scores } = JSON.parse(await readFile(path.join(run, runFiles.scores), 'utf8')) as RunScores;
    check(scores);
  });

  it('begins again with smaller batches where the memory of the card was full, and says so', async () => {
    const wide = path.join(folder.path, 'models', 'wide');
    await writeRandomLlama(wide, { ...smallLlama, hidden_size: 64, intermediate_size: 256 });
    const long = path.join(folder.path, 'data', 'long.jsonl');
    const line = JSON.stringify({ input_ids: Array.from({ length: 48 }, (_, i) => i % 40) });
    await writeFile(long, `${line}\n`.repeat(4));
    const of = { model: wide, tasks: [{ ...task, file: long }] };
    const [large] = (await scoreModel(request({ ...of, device: 'native' }), nowhere, never)).scores;
    onSmallCard(cardBytes);
    const events: UnstampedRunEvent[] = [];
    const { scores } = await scoreModel(request(of), (event) => events.push(event), never);
    scores[0]!.modules.forEach(({ path: name, score }, index) =>
      close([score], [large!.modules[index]!.score], 2e-5, name),
    );
    const again = events.filter(({ type }) => type === 'again') as {
      error: { code: string };
      next: string;
    }[];
    assert.ok(again.length > 0, 'the card was large enough');
    assert.ok(again.every(({ error }) => error.code === 'out-of-memory'));
    assert.match(again[0]!.next, /^Trying again with batches of at most \d+ tokens\.$/);
    assert.ok(scores[0]!.batchTokens! < 8192);
  });

  it('gives up with the reason where one sample in one block is too much', async () => {
    onSmallCard(10_000);
    await rejectsWith(
      scoreModel(request(), nowhere, never),
      'out-of-memory',
      /^The memory of SwiftShader.* is full/,
    );
  });
});
