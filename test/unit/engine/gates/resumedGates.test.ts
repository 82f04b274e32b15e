import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../../src/engine/request';
import { canResume, readRunEvents } from '../../../../src/files/runs';
import { openDevice } from '../../../../src/tensors/device';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { requestIn } from '../requests';
import { signalAt } from '../scoring/units';
import { writeSmallExperiment } from '../smallExperiment';
import { killedAnywhere, resume, score, scoresIn } from '../stoppedRuns';

const steps = 4;

describe('a stopped score of gates', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });
  const gates = {
    targets: ['q_proj', 'down_proj'],
    adapter: { rank: 2, alpha: 4, experts: 2 },
    warmupSteps: steps,
    warmupLearningRate: 5e-3,
  };
  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest =>
    requestIn(folder.path, { estimator: 'gate-fisher', gates, ...change });

  it('goes on to the same file byte for byte, behind its warm-up and its last batch', async () => {
    const at = path.join(folder.path, 'run');
    const { wanted, killed } = await killedAnywhere(at, request());
    const warmUpShare = (steps * 3) / (steps * 3 + 17);
    const known = new Set<number>();
    for (const run of killed) {
      if (!(await canResume(run))) continue;
      const journal = path.join(run, 'state', 'gates.jsonl');
      // It has its scores, and its reports before it.
      const isScored = !existsSync(journal);
      const done = isScored ? 0 : readFileSync(journal, 'utf8').split('\n').length - 1;
      const before = (await readRunEvents(run)).length;
      await resume(run, request());
      assert.ok(scoresIn(run) === wanted, 'scores.json is the same byte for byte');
      if (isScored) continue;
      const shares = (await readRunEvents(run))
        .slice(before)
        .flatMap((event) => (event.type === 'progress' ? [event.share] : []));
      if (done > 0)
        assert.ok(
          shares.every((share) => share > warmUpShare),
          shares.join(),
        );
      // Three batches or four of each task, none of them a second time.
      if (done > 0) assert.equal(shares.length, 7 - done);
      known.add(done);
    }
    assert.ok(known.size >= 4 && known.has(0), [...known].join());
  });

  it('goes on within its warm-up where it was cancelled, whenever it looks whether it was', async () => {
    const { wanted } = await killedAnywhere(path.join(folder.path, 'whole'), request());
    const left: number[] = [];
    for (let look = 0; left.at(-1) !== 0; look++) {
      assert.ok(look < 200, `never came to the end of the warm-up: ${left.join()}`);
      const run = path.join(folder.path, `cancelled ${look}`);
      // Not when it is told of a step: what is told goes through the disk, and the warm-up does not wait for it.
      await rejectsWith(score(run, request(), undefined, signalAt(look)), 'cancelled');
      if (!(await canResume(run))) continue;
      const before = (await readRunEvents(run)).length;
      await resume(run, request());
      const said = (await readRunEvents(run))
        .slice(before)
        .flatMap((event) => (event.type === 'progress' && event.step !== undefined ? [event.step] : []));
      left.push(said.length);
      assert.ok(scoresIn(run) === wanted, `cancelled at look ${look}`);
    }
    assert.deepEqual([...new Set(left)], [...Array(steps).keys()].reverse());
  });

  it('does not go on with another warm-up', async () => {
    const { killed } = await killedAnywhere(path.join(folder.path, 'other'), request());
    const run = killed.at(-6)!;
    assert.ok(await canResume(run));
    await rejectsWith(
      resume(run, request({ gates: { ...gates, warmupSteps: 5 } })),
      'run-not-resumable',
      /the warm-up of the gates .* has changed/,
    );
  });
});
