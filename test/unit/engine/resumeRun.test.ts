import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { canResume, runFiles } from '../../../src/files/runs';
import { openDevice } from '../../../src/tensors/device';
import { rejectsWith } from '../files/throwsCode';
import { temporaryFolder } from '../files/temporary';
import { nowhere, requestIn } from './requests';
import { writeSmallExperiment } from './smallExperiment';
import {
  abortedAfter,
  endsWell,
  killedAnywhere,
  killedHalfway,
  manifestOf,
  resume,
  score,
  scoresIn,
} from './stoppedRuns';

describe('a stopped run goes on', () => {
  const folder = temporaryFolder();
  let count = 0;
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  const request = (change: Partial<ScoreRequest> = {}): ScoreRequest => requestIn(folder.path, change);

  for (const memory of ['auto', 'streaming'] as const) {
    for (const taylor of [false, true]) {
      const of = (): ScoreRequest => request({ memory, taylor });
      it(`after a kill at any event, to the same file byte for byte (${memory}${taylor ? ', whole gradients' : ''})`, async () => {
        const { wanted, killed } = await killedAnywhere(fresh(), of());
        const begun: boolean[] = [];
        for (const run of killed) {
          begun.push(await canResume(run));
          // What had not begun begins; what has its scores has its reports and its end before it.
          await resume(run, of());
          await endsWell(run, wanted);
        }
        assert.ok(begun.filter((can) => can).length >= 5, 'there is something to try');
        assert.deepEqual([begun[0], begun.at(-1)], [false, true]);
      });
    }

    it(`after one cancel behind the other, until it is done (${memory})`, async () => {
      const of = request({ memory, batchSize: 1 });
      const whole = fresh();
      await score(whole, of);
      const run = fresh();
      let goes = 0;
      for (; !existsSync(path.join(run, runFiles.scores)); goes++) {
        assert.ok(goes < 30, 'it comes forward');
        const going = goes === 0 ? score : resume;
        await going(run, of, nowhere, abortedAfter(run, 1 + 2 * goes)).catch((error: unknown) => {
          assert.equal((error as { code?: string }).code, 'cancelled');
          assert.equal(manifestOf(run).state, 'cancelled');
        });
      }
      assert.ok(goes > 2);
      await endsWell(run, scoresIn(whole));
    });
  }

  it('keeps nothing that was computed of a model that was written meanwhile', async () => {
    const of = request({ memory: 'streaming', batchSize: 1 });
    const whole = fresh();
    await score(whole, of);
    const run = fresh();
    const weights = path.join(of.model, 'model.safetensors');
    const [bytes, { atime, mtime }] = [readFileSync(weights), statSync(weights)];
    let isWritten = false;
    const write = (): void => {
      if (isWritten || !existsSync(path.join(run, 'state', 'updates.jsonl'))) return;
      isWritten = true;
      writeFileSync(
        weights,
        bytes.map((byte, at) => (at < bytes.length / 2 ? byte : byte ^ 0x40)),
      );
    };
    try {
      await rejectsWith(score(run, of, write), 'model-changed', /written while it was computed with/);
    } finally {
      writeFileSync(weights, bytes);
      utimesSync(weights, atime, mtime);
    }
    await resume(run, of);
    await endsWell(run, scoresIn(whole));
  });

  it('where the last lines of its journals were half written', async () => {
    const { wanted, killed: run } = await killedHalfway(fresh(), request());
    appendFileSync(
      path.join(run, 'state', 'updates.jsonl'),
      '{"kind":"layer","unit":0,"layer":1,"norms":[[[0.1',
    );
    appendFileSync(path.join(run, runFiles.events), '{"at":"2026');
    await resume(run, request());
    await endsWell(run, wanted);
  });

  for (const harm of ['missing', 'short'] as const) {
    it(`from the beginning of a piece whose hidden states are ${harm}`, async () => {
      const { wanted, killed: run } = await killedHalfway(fresh(), request());
      const unit = path.join(run, 'state', 'unit-0');
      for (const name of readdirSync(unit)) {
        const copy = `${run}, ${harm} ${name}`;
        cpSync(run, copy, { recursive: true });
        const file = path.join(copy, 'state', 'unit-0', name);
        if (harm === 'missing') rmSync(file);
        else truncateSync(file, 10);
        await resume(copy, request());
        await endsWell(copy, wanted);
      }
      rmSync(unit, { recursive: true });
      await resume(run, request());
      await endsWell(run, wanted);
    });
  }

  it('with its device, its way with memory and its cut, whatever is asked for now', async () => {
    const { wanted, killed: run } = await killedHalfway(fresh(), request());
    const writer = await resume(run, request({ memory: 'auto', device: 'auto' }));
    assert.equal(writer.state.memory?.mode, 'streaming');
    await endsWell(run, wanted);
  });
});
