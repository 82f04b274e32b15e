import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ScoreRequest } from '../../../src/engine/request';
import { scoreModel } from '../../../src/engine/scoreModel';
import { sampleGroups } from '../../../src/planning/estimators';
import { meanAndError } from '../../../src/shared/meanAndError';
import type { UnstampedRunEvent } from '../../../src/shared/runEvents';
import { scoreFileSchema, type ScoreFile } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { close } from '../tensors/close';
import { never, nowhere, requestIn } from './requests';
import { writeSmallExperiment } from './smallExperiment';
import { endsWell, killedHalfway, resume } from './stoppedRuns';

describe('estimators of whole gradients', () => {
  const folder = temporaryFolder();
  before(async () => {
    await openDevice('native', 1);
    await writeSmallExperiment(folder.path);
  });

  const scored = async (change: Partial<ScoreRequest>, sink = nowhere): Promise<readonly ScoreFile[]> => {
    const { scores } = await scoreModel(requestIn(folder.path, change), sink, never);
    for (const score of scores) assert.deepEqual(scoreFileSchema.parse(score), score);
    return scores;
  };
  const taylor = (change: Partial<ScoreRequest> = {}, sink?: (event: UnstampedRunEvent) => void) =>
    scored({ estimator: 'taylor', taylor: true, perSample: false, ...change }, sink as typeof nowhere);

  it('sensitivity measures what fisher measures with the labels of the data, and takes no others', async () => {
    const [fisher, sensitivity] = [await scored({}), await scored({ estimator: 'sensitivity' })];
    assert.deepEqual(
      sensitivity,
      fisher.map((file) => ({ ...file, estimator: 'sensitivity' })),
    );
    await rejectsWith(
      scored({ estimator: 'sensitivity', labels: 'true' }),
      'option-invalid',
      /"sensitivity" takes no labels/,
    );
  });

  it("gradient-norm is the mean of each sample's root, on a tape and block by block", async () => {
    const fisher = await scored({});
    const norms = await scored({ estimator: 'gradient-norm' });
    assert.deepEqual(await scored({ estimator: 'gradient-norm', memory: 'streaming' }), norms);
    norms.forEach(({ modules, layers, stability }, task) => {
      modules.forEach(({ perSample, score, standardError }, index) => {
        assert.deepEqual(perSample, fisher[task]!.modules[index]!.perSample!.map(Math.sqrt));
        assert.deepEqual({ mean: score, standardError }, meanAndError(perSample!));
      });
      layers.forEach(({ layer, score }) => {
        const own = modules.filter((module) => module.layer === layer);
        close([score], [own.reduce((sum, module) => sum + module.score, 0)], 1e-12, `layer ${layer}`);
      });
      assert.ok(Math.abs(stability.halvesKendallTau) <= 1);
    });
  });

  it('taylor is the salience that fisher adds where asked', async () => {
    const beside = await scored({ taylor: true });
    for (const memory of ['auto', 'streaming'] as const) {
      for (const [task, { modules, layers }] of (await taylor({ memory })).entries()) {
        modules.forEach(({ score, path: name, taylor: kept, perSample, ...row }, index) => {
          assert.equal(score, kept);
          assert.equal(perSample, undefined);
          close([score], [beside[task]!.modules[index]!.taylor!], 1e-5, name);
          assert.ok(row.standardError > 0);
        });
        layers.forEach(({ layer, score, standardError }) => {
          const own = modules.filter((module) => module.layer === layer);
          close([score], [own.reduce((sum, module) => sum + module.score, 0)], 1e-12, `layer ${layer}`);
          const bound = own.reduce((sum, module) => sum + module.standardError, 0);
          assert.ok(standardError > 0 && standardError <= bound * (1 + 1e-9));
        });
      }
    }
  });

  it('taylor gives the same numbers twice and block by block, and the same error for any size of batches', async () => {
    const first = await taylor();
    assert.deepEqual(await taylor(), first);
    assert.deepEqual(await taylor({ memory: 'streaming' }), first);
    const single = await taylor({ batchSize: 1 });
    first.forEach(({ modules, stability }, task) => {
      modules.forEach(({ path: name, score, standardError }, index) => {
        const other = single[task]!.modules[index]!;
        close([other.score, other.standardError], [score, standardError], 1e-4, name);
      });
      assert.deepEqual(single[task]!.stability, stability);
    });
  });

  it("taylor's error is the deviation of the scores of the groups over the root of their number", async () => {
    // Two samples are two groups: each is scored alone by asking for it alone.
    const [task] = requestIn(folder.path).tasks;
    const [both] = await taylor({ tasks: [task!], samples: 2, perSample: false });
    const lines = (await readFile(task!.file, 'utf8')).trim().split('\n');
    const alone: ScoreFile[] = [];
    for (const [index, line] of lines.entries()) {
      const file = `${task!.file}.${index}.jsonl`;
      await writeFile(file, `${line}\n`);
      alone.push((await taylor({ tasks: [{ ...task!, file }] }))[0]!);
    }
    assert.ok(alone.every(({ modules }) => modules.every(({ standardError }) => standardError === 0)));
    const fits = (a: ScoreFile, b: ScoreFile): boolean =>
      both!.modules.every(({ standardError }, index) => {
        const wanted = Math.abs(a.modules[index]!.score - b.modules[index]!.score) / 2;
        return Math.abs(standardError - wanted) <= 1e-4 * wanted + 1e-7;
      });
    const pairs = alone.flatMap((a, index) => alone.slice(index + 1).filter((b) => fits(a, b)));
    assert.equal(pairs.length, 1, 'the two samples that the seed picks');
  });

  for (const estimator of ['taylor', 'gradient-norm'] as const) {
    for (const memory of ['auto', 'streaming'] as const) {
      it(`goes on after a kill to the same file (${estimator}, ${memory})`, async () => {
        const request = requestIn(folder.path, { estimator, memory, taylor: estimator === 'taylor' });
        const { wanted, killed } = await killedHalfway(
          path.join(folder.path, `${estimator} ${memory}`),
          request,
        );
        const other = { ...request, estimator: 'fisher' } as const;
        await rejectsWith(resume(killed, other), 'run-not-resumable', /the estimator has changed/);
        await resume(killed, request);
        await endsWell(killed, wanted);
      });
    }
  }

  it('tells nothing of taylor before there is a gradient, and says where it is mostly noise', async () => {
    const events: UnstampedRunEvent[] = [];
    await taylor({}, (event) => events.push(event));
    const told = events.filter(({ type }) => type === 'scores');
    assert.ok(told.length >= 2);
    assert.ok(told.every((event) => event.type === 'scores' && event.scores.some((score) => score > 0)));
    assert.equal(events.filter(({ type }) => type === 'stability').length, 2);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
    // A random model's gradients have nearly no mean.
    assert.match(notes[0] ?? '', /: the mean gradient of a group of samples, one of [78], is/);
    assert.equal(sampleGroups('taylor'), 8);
  });
});
