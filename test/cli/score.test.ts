import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readRunEvents } from '../../src/files/runs';
import { runManifestSchema } from '../../src/shared/runManifest';
import { applyEvent } from '../../src/shared/applyEvent';
import { emptyRun } from '../../src/shared/runState';
import { runScoresSchema, scoreFileSchema, type ScoreFile } from '../../src/shared/scoreFile';
import { expectedOf, fixtureFolder } from '../reference/fixture';
import { temporaryFolder } from '../unit/files/temporary';
import { close } from '../unit/tensors/close';
import { adapterLab, type Finished } from './commandLine';
import { referenceModel, writeReferenceData } from './referenceData';

const near = (actual: number | undefined, wanted: number, what: string): void =>
  close([actual ?? NaN], [wanted], 1e-4, what);

describe('adapter-lab score', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const names = ['llama-1', 'bert-two-1', 'vit-1'];
  before(async () => {
    for (const name of names) await writeReferenceData(at(`${name}.jsonl`), name);
  });
  let count = 0;
  const score = async (name: string, ...more: string[]): Promise<Finished & { result: ScoreFile }> => {
    const json = at(`${count++}.json`);
    const model = path.relative(folder.path, fixtureFolder(name));
    const args = ['score', '--model', model, '--data', `${name}.jsonl`, '--json', json, ...more];
    const finished = await adapterLab(args, { cwd: folder.path });
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(finished.stdout, '', 'nothing on output');
    assert.ok(finished.stderr.endsWith(`Wrote ${json}\n`), finished.stderr);
    const written: unknown = JSON.parse(readFileSync(json, 'utf8'));
    const result = scoreFileSchema.parse(written);
    assert.deepEqual(result, written, 'no key that is not described');
    return { ...finished, result };
  };

  /** Against PyTorch in float64: losses, per-sample norms, traces, and what needs the whole gradient. */
  function agrees(name: string, { samples, meanLoss, modules }: ScoreFile, taylor: boolean): void {
    const { loss_per_sample: losses, matrices } = expectedOf(name);
    assert.equal(samples, losses.length);
    near(meanLoss, losses.reduce((sum, loss) => sum + loss, 0) / losses.length, 'mean loss');
    assert.deepEqual(modules.map((module) => `${module.path}.weight`).sort(), Object.keys(matrices).sort());
    for (const module of modules) {
      const wanted = matrices[`${module.path}.weight`]!;
      near(module.score, wanted.fisher_trace, `${module.path}, trace`);
      assert.equal(module.perSample!.length, samples);
      module.perSample!.forEach((value, sample) =>
        near(value, wanted.per_sample_grad_sq_norm[sample]!, `${module.path}, sample ${sample}`),
      );
      assert.equal('taylor' in module, taylor);
      assert.equal('meanGradientSquaredNorm' in module, taylor);
      if (!taylor) continue;
      near(module.meanGradientSquaredNorm, wanted.mean_grad_sq_norm, `${module.path}, mean gradient`);
      near(module.taylor, wanted.taylor_abs_sum, `${module.path}, salience`);
    }
  }

  const kinds: Readonly<Record<string, string>> = {
    'llama-1': 'causal-lm',
    'bert-two-1': 'classification',
    'vit-1': 'image-classification',
  };
  const ways: readonly (readonly string[])[] = [
    ['--taylor'],
    ['--taylor', '--memory', 'streaming', '--batch-size', '2'],
    ['--processes', '2', '--batch-size', '1'],
    ['--device', 'wasm', '--taylor'],
    ['--device', 'wasm', '--memory', 'streaming', '--processes', '2', '--batch-size', '1'],
  ];
  for (const name of names) {
    it(`writes PyTorch's numbers for ${name}, whichever way they are computed`, async () => {
      for (const way of ways) {
        const { result } = await score(name, '--kind', kinds[name]!, '--per-sample', ...way);
        assert.equal(result.kind, kinds[name]);
        assert.equal(result.device, way.includes('wasm') ? 'wasm' : result.device);
        agrees(name, result, way.includes('--taylor'));
      }
    });
  }

  it('says on standard error what it computes with, how memory is spent and how far it is', async () => {
    const { stderr } = await score(
      'llama-1',
      '--memory',
      'streaming',
      '--processes',
      '2',
      '--batch-size',
      '1',
    );
    assert.match(stderr, /^Model: LlamaForCausalLM, 3 layers, 21 linear modules$/m);
    assert.match(stderr, /^Device: \w+ \(.+ GFLOP\/s\)$/m);
    assert.match(
      stderr,
      /^Memory: one block at a time, read from disk; 2 processes of about .+ each; up to .+ on disk meanwhile$/m,
    );
    assert.match(stderr, /^Estimate: .+ of memory, .+ on disk$/m);
    assert.match(stderr, /^Scoring .*block 1 of 3: 100\.0 %/m);
    assert.match(stderr, /^Scoring llama-1: 100\.0 %/m);
  });

  it('has in the file what the numbers came from', async () => {
    const { result } = await score('llama-1', '--seed', '3', '--max-length', '32');
    const { modules, layers, stability, modelHash, dataHash, meanLoss, device, ...facts } = result;
    assert.deepEqual(facts, {
      version: 1,
      model: path.relative(folder.path, referenceModel),
      task: 'llama-1',
      estimator: 'fisher',
      labels: 'empirical',
      samples: 4,
      kind: 'causal-lm',
      loss: 'next-token',
      seed: 3,
      maxLength: 32,
      batchTokens: 512,
    });
    assert.match(modelHash, /^sha256:[0-9a-f]{64}$/);
    assert.match(dataHash, /^sha256:[0-9a-f]{64}$/);
    assert.ok(meanLoss! > 0 && device.length > 0 && layers.length === 3 && stability.topKAgreement <= 1);
    assert.ok(
      modules.every((module) => !('perSample' in module)),
      'samples only where asked',
    );
  });

  it('names the loss of a class head, and draws labels from the model where asked', async () => {
    const kind = ['--kind', 'classification'];
    const given = (await score('bert-two-1', ...kind)).result;
    assert.equal(given.loss, 'class-head');
    const drawn = (await score('bert-two-1', ...kind, '--labels', 'true')).result;
    assert.equal(drawn.labels, 'true');
    assert.notEqual(drawn.meanLoss, given.meanLoss);
    const single = await score('bert-two-1', ...kind, '--labels', 'true', '--batch-size', '1');
    drawn.modules.forEach(({ score: wanted }, index) =>
      close([single.result.modules[index]!.score], [wanted], 1e-5, 'any batch size'),
    );
  });

  it('takes fewer and shorter samples where asked', async () => {
    const { result } = await score('llama-1', '--samples', '2', '--max-length', '6', '--seed', '3');
    assert.equal(result.samples, 2);
  });

  it('leaves a run in the folder where it was called, out of the sight of git', async () => {
    const home = at('.adapter-lab');
    const runs = readdirSync(path.join(home, 'runs')).sort();
    const before = new Set(runs);
    const { result } = await score('bert-two-1', '--kind', 'classification', '--per-sample');
    const [name, ...others] = readdirSync(path.join(home, 'runs')).filter((entry) => !before.has(entry));
    assert.deepEqual(others, []);
    assert.match(name!, /^\d{8}-\d+-bert-two-1\.jsonl-score$/);
    assert.equal(readFileSync(path.join(home, '.gitignore'), 'utf8'), '*\n');
    const run = path.join(home, 'runs', name!);
    assert.deepEqual(readdirSync(run).sort(), [
      'events.jsonl',
      'report.html',
      'report.md',
      'run.json',
      'scores.json',
    ]);
    const scores: unknown = JSON.parse(readFileSync(path.join(run, 'scores.json'), 'utf8'));
    assert.deepEqual(runScoresSchema.parse(scores).scores, [result]);
    const manifest = runManifestSchema.parse(JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')));
    assert.equal(manifest.state, 'done');
    assert.equal(path.resolve(run, manifest.inputs.tasks[0]!.file), at('bert-two-1.jsonl'));
    const state = (await readRunEvents(run)).reduce(applyEvent, emptyRun);
    assert.deepEqual([state.status, state.job, state.tasks[0]?.name], ['done', 'score', 'bert-two-1']);
    assert.ok(!existsSync(path.join(run, 'state')));
  });

  it('prints a table of the layers without --json', async () => {
    const args = ['score', '--model', referenceModel, '--data', at('llama-1.jsonl')];
    const { code, stdout } = await adapterLab(args, { cwd: folder.path });
    assert.equal(code, 0);
    const rows = stdout.trimEnd().split('\n');
    assert.match(rows[0]!, /^\| layer \| +share \| llama-1 \| +95 % \|$/);
    assert.deepEqual(
      rows.slice(2).map((row) => Number(row.split('|')[1])),
      [0, 1, 2],
    );
    const shares = rows.slice(2).map((row) => Number.parseFloat(row.split('|')[2]!));
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.2, stdout);
  });
});
