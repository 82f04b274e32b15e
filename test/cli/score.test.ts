import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { scoreFileSchema, type ScoreFile } from '../../src/shared/scoreFile';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab } from './commandLine';
import { expected, referenceModel, writeReferenceData } from './referenceData';

const near = (actual: number, wanted: number, what: string): void => {
  const error = Math.abs(actual - wanted) / Math.abs(wanted);
  assert.ok(error <= 1e-4, `${what}: ${actual} against ${wanted}`);
};

describe('adapter-lab score', () => {
  const folder = temporaryFolder();
  let data = '';
  before(async () => {
    data = path.join(folder.path, 'reference.jsonl');
    await writeReferenceData(data);
  });
  const written = (file: string): ScoreFile => scoreFileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

  it("writes PyTorch's per-sample norms and traces, nothing on output, progress on standard error", async () => {
    const json = path.join(folder.path, 'out.json');
    const model = path.relative(process.cwd(), referenceModel);
    const args = ['score', '--model', model, '--data', data, '--per-sample', '--json', json];
    const { code, stdout, stderr } = await adapterLab(args, { cwd: process.cwd() });
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^Model: LlamaForCausalLM, 3 layers, 21 linear modules$/m);
    assert.match(stderr, /^Device: \w+ \(.+ GFLOP\/s\)$/m);
    assert.match(stderr, /^Estimate: .+ of memory, .+ on disk$/m);
    assert.match(stderr, /^Scoring reference: 100\.0 %/m);
    assert.ok(stderr.endsWith(`Wrote ${json}\n`));

    const score = written(json);
    const { matrices } = expected();
    assert.equal(score.task, 'reference');
    assert.equal(score.model, model);
    assert.equal(score.samples, 4);
    assert.equal(score.modules.length, Object.keys(matrices).length);
    for (const module of score.modules) {
      const wanted = matrices[`${module.path}.weight`]!;
      near(module.score, wanted.fisher_trace, `${module.path}, trace`);
      assert.equal(module.perSample!.length, 4);
      module.perSample!.forEach((value, sample) =>
        near(value, wanted.per_sample_grad_sq_norm[sample]!, `${module.path}, sample ${sample}`),
      );
    }
  });

  it('gives the same file on wasm to 1e-4, without samples where not asked, of fewer samples where asked', async () => {
    const json = path.join(folder.path, 'wasm.json');
    const base = ['score', '--model', referenceModel, '--data', data, '--json', json];
    await adapterLab([...base, '--device', 'wasm', '--batch-size', '1']);
    const { device, modules } = written(json);
    assert.equal(device, 'wasm');
    for (const module of modules) {
      assert.ok(!('perSample' in module));
      near(module.score, expected().matrices[`${module.path}.weight`]!.fisher_trace, module.path);
    }
    await adapterLab([...base, '--samples', '2', '--max-length', '6', '--seed', '3']);
    assert.equal(written(json).samples, 2);
  });

  it('prints a table of the layers without --json', async () => {
    const { code, stdout } = await adapterLab(['score', '--model', referenceModel, '--data', data]);
    assert.equal(code, 0);
    const rows = stdout.trimEnd().split('\n');
    assert.match(rows[0]!, /^\| layer \| +share \| reference \|$/);
    assert.deepEqual(
      rows.slice(2).map((row) => Number(row.split('|')[1])),
      [0, 1, 2],
    );
    const shares = rows.slice(2).map((row) => Number.parseFloat(row.split('|')[2]!));
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 100) < 0.2, stdout);
  });
});
