import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOutcomes } from '../../src/engine/judge/outcomes';
import { listRuns, runFiles } from '../../src/files/runs';
import { mulberry32 } from '../../src/shared/random';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab } from './commandLine';

/** `npm run test:faults` has more. */
const kills = Number(process.env['ADAPTER_LAB_KILLS'] ?? 5);
/** Another one each day: whoever sees a failure repeats it by this number. */
const seed = Number(process.env['ADAPTER_LAB_SEED'] ?? Math.floor(Date.now() / 86_400_000));

const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/first.jsonl, test: data/second.jsonl }
method: floe # stays
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4, experts: 2 }
score: { samples: 8, max_length: 16 }
search: { ranks: [1, 2, 4], layers: [50%], evaluations: 2 }
train: { epochs: 12, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 2 }
judge: { controls: [uniform] }
`;

describe('the whole chain, killed', function () {
  this.timeout(60_000 * (1 + kills));
  const folder = temporaryFolder();
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  let wanted: Awaited<ReturnType<typeof resultOf>>;
  /** How long it goes on behind its first event, in milliseconds. */
  let whole = 0;

  const resultOf = async (name: string) => {
    const [run] = await listRuns(at(name));
    const { outcomes } = await readOutcomes(path.join(run!, runFiles.outcomes));
    return {
      experiment: readFileSync(at(name), 'utf8'),
      outcomes: outcomes.map(({ arm, seed: of, tasks }) => ({ arm, of, tasks })),
      trials: readFileSync(path.join(run!, runFiles.trials), 'utf8').match(/"type":"told".*"value":[\d.]+/g)
        ?.length,
    };
  };
  /** The run of an experiment, as soon as it has a journal. */
  const begun = async (name: string): Promise<string> => {
    for (;;) {
      const [run] = await listRuns(at(name));
      if (run !== undefined && existsSync(path.join(run, runFiles.events))) return run;
      await sleep(5);
    }
  };

  before(async function () {
    if (process.platform === 'win32') this.skip();
    await writeSmallExperiment(folder.path);
    await writeFile(at('whole.adapter.yaml'), text);
    const running = adapterLab(['run', 'whole.adapter.yaml'], { cwd: folder.path });
    await begun('whole.adapter.yaml');
    const began = performance.now();
    const { code, stderr } = await running;
    whole = performance.now() - began;
    assert.equal(code, 0, stderr);
    wanted = await resultOf('whole.adapter.yaml');
    assert.equal(wanted.outcomes.length, 4);
    assert.equal(wanted.trials, 2);
    // Something was learned, or all arms would be the model as it was.
    assert.equal(new Set(wanted.outcomes.map(({ tasks }) => tasks[0]!.losses[0])).size, 4);
  });

  it(`ends with the same plan, trials and outcomes, at whichever of ${kills} moments that was (seed ${seed})`, async () => {
    const random = mulberry32(seed);
    for (let kill = 0; kill < kills; kill++) {
      const name = `killed-${kill}.adapter.yaml`;
      await writeFile(at(name), text);
      const when = Math.round(random() * whole);
      const running = adapterLab(['run', name], {
        cwd: folder.path,
        started: (child) =>
          void begun(name).then(async () => {
            await sleep(when);
            child.kill('SIGKILL');
          }),
      });
      const { signal } = await running;
      const run = await begun(name);
      // At the very end it may be done before it is killed.
      if (signal === 'SIGKILL') {
        const resumed = await adapterLab(['run', name, '--resume', run], { cwd: folder.path });
        assert.equal(resumed.code, 0, `killed after ${when} ms of ${Math.round(whole)}: ${resumed.stderr}`);
      }
      assert.deepEqual(await resultOf(name), wanted, `killed after ${when} ms of ${Math.round(whole)}`);
    }
  });
});
