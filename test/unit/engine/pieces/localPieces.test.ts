import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readExperiment } from '../../../../src/configs/experiment/parse';
import { readOutcomes } from '../../../../src/engine/judge/outcomes';
import { runExperiment } from '../../../../src/engine/runExperiment';
import type { RunWriter } from '../../../../src/engine/runWriter';
import { requestOf } from '../../../../src/engine/scoreExperiment';
import { scoreRun } from '../../../../src/engine/scoreRun';
import { searchExperiment } from '../../../../src/engine/searchExperiment';
import { runFiles } from '../../../../src/files/runs';
import { readStudy } from '../../../../src/search/journal';
import type { ExecutorSettings } from '../../../../src/shared/executorSettings';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { writeSmallExperiment } from '../smallExperiment';

const never = new AbortController().signal;
const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
train: { epochs: 3, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 1 }
search: { ranks: [1, 2, 4], layers: [50%, 100%], evaluations: 4, batch: 2, seeds: 2 }
judge: { controls: [uniform] }
`;

describe('pieces of a run, by processes of this machine', function () {
  this.timeout(240_000);
  const folder = temporaryFolder();
  const file = (): string => path.join(folder.path, 'main.adapter.yaml');
  const at = (name: string): string => path.join(folder.path, '.adapter-lab', 'runs', name);

  async function run(
    name: string,
    atOnce: number | undefined,
    told: (writer: RunWriter) => void = () => undefined,
  ) {
    await writeFile(file(), text);
    const experiment = { ...(await readExperiment(file())), jobs: { atOnce } };
    const writer = await runExperiment(
      experiment,
      { run: at(name), device: 'native', version: '1', processes: 0, told },
      never,
    );
    return writer;
  }

  /** All that does not depend on time. */
  async function resultOf(name: string) {
    const { trials, stopped } = await readStudy(path.join(at(name), runFiles.trials));
    const { outcomes } = await readOutcomes(path.join(at(name), runFiles.outcomes));
    return {
      stopped,
      trials: trials.map(({ point, state, values, curve }) => ({ point, state, values, curve })),
      scores: (JSON.parse(readFileSync(path.join(at(name), runFiles.scores), 'utf8')) as { scores: unknown })
        .scores,
      outcomes: outcomes
        .map(({ arm, seed, tasks }) => ({ arm, seed, tasks }))
        .sort((a, b) => `${a.arm}${a.seed}`.localeCompare(`${b.arm}${b.seed}`)),
      plan: (await readExperiment(file())).plan,
    };
  }

  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  it('come to the very same as the engine by itself', async () => {
    await run('20260101-000000000-main-run', undefined);
    const wanted = await resultOf('20260101-000000000-main-run');
    const told: unknown[] = [];
    const writer = await run('20260102-000000000-main-run', 2, ({ state }) =>
      told.push(state.pieces?.running),
    );
    assert.deepEqual(await resultOf('20260102-000000000-main-run'), wanted);
    assert.ok(told.includes(2), 'two at once');
    assert.equal(writer.state.pieces, undefined);
    assert.ok(!existsSync(path.join(at('20260102-000000000-main-run'), 'pieces')));
  });

  for (const estimator of ['fisher', 'taylor'] as const)
    for (const memory of ['auto', 'streaming'] as const)
      it(`score ${estimator} with memory ${memory} as the engine does`, async () => {
        await writeFile(file(), text);
        const experiment = await readExperiment(file());
        const request = {
          ...requestOf({ ...experiment, score: { ...experiment.score, estimator, batchSize: 2 } }, 'native'),
          ...{ memory, processes: 0 },
        };
        const scoresOf = async (name: string, executor: ExecutorSettings): Promise<unknown> => {
          const options = { job: 'score', device: 'native', version: '1', told: () => undefined } as const;
          await scoreRun(request, undefined, { ...options, run: at(name), executor }, never);
          return JSON.parse(readFileSync(path.join(at(name), runFiles.scores), 'utf8')) as unknown;
        };
        const name = `20260110-000000000-${estimator}-${memory}`;
        assert.deepEqual(
          await scoresOf(`${name}-apart-score`, { name: 'local', atOnce: 2 }),
          await scoresOf(`${name}-here-score`, { name: 'local' }),
        );
      });

  it('go on once what was wrong of them is mended, and say what that was', async () => {
    const name = '20260109-000000000-main-search';
    await writeFile(file(), text);
    const experiment = { ...(await readExperiment(file())), jobs: { atOnce: 2 } };
    const options = { run: at(name), device: 'native', version: '1', processes: 0 } as const;
    const data = path.join(folder.path, 'data', 'second.jsonl');
    const whole = readFileSync(data, 'utf8');
    // When trials have begun, their data is another where they are trained.
    let isSpoiled = false;
    const told = ({ state }: RunWriter): void => {
      if (isSpoiled || state.search === undefined) return;
      isSpoiled = true;
      writeFileSync(data, whole.split('\n').slice(1).join('\n'));
    };
    await rejectsWith(
      searchExperiment(experiment, { ...options, told }, never),
      'run-not-resumable',
      /data are others/,
    );
    await writeFile(data, whole);
    const writer = await searchExperiment(
      experiment,
      { ...options, resume: true, told: () => undefined },
      never,
    );
    assert.equal(writer.state.status, 'done');
    assert.equal((await readStudy(path.join(at(name), runFiles.trials))).trials.length, 4);
  });
});
