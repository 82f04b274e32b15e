import assert from 'node:assert/strict';
import { provenancePath, provenanceSchema, provenanceText } from '../../../src/configs/provenance';
import { planFileSchema, type PlanFile } from '../../../src/shared/planFile';
import { scoreFileSchema, type ScoreFile } from '../../../src/shared/scoreFile';

const plan: PlanFile = planFileSchema.parse({
  version: 1,
  method: 'floe',
  plan: { modules: {}, shared: [] },
  totals: { parameters: 49_152, experts: 24, modules: 6, layers: 2 },
  summary: 'Kept layers 2, 5 of 8.',
});

function scoresOf(task: string, layers: number): ScoreFile {
  const kinds = [
    'self_attn.q_proj',
    'self_attn.k_proj',
    'self_attn.v_proj',
    'self_attn.o_proj',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.down_proj',
  ];
  const modules = Array.from({ length: layers }, (_, layer) =>
    kinds.map((kind, index) => ({
      path: `model.layers.${layer}.${kind}`,
      layer,
      role: 'q',
      inFeatures: 8,
      outFeatures: 8,
      score: Math.exp(-layer / 3 - index) * 1.2345678e-5,
      standardError: Math.exp(-layer / 3 - index) * 9.87654e-7,
    })),
  ).flat();
  return scoreFileSchema.parse({
    version: 1,
    model: 'models/tiny-llama',
    modelHash: `sha256:${'a'.repeat(64)}`,
    task,
    dataHash: `sha256:${'b'.repeat(64)}`,
    estimator: 'fisher',
    labels: 'empirical',
    samples: 256,
    device: 'native',
    modules,
    layers: Array.from({ length: layers }, (_, layer) => ({
      layer,
      score: 1 / (layer + 3),
      standardError: 0.01,
    })),
    stability: { halvesKendallTau: 0.81, topKAgreement: 1 },
  });
}

const textOf = (scores: readonly ScoreFile[]): string =>
  provenanceText({
    experiment: '/home/me/project/spam.adapter.yaml',
    run: '20260102-030405-spam-run',
    adapterLab: '0.1.0',
    budget: { layers: { share: 0.25 }, parameters: 200_000 },
    seed: 1,
    plan,
    scores,
    scoresHash: `sha256:${'c'.repeat(64)}`,
  });

describe('provenance', () => {
  it('says what a plan was made from, one row of numbers a line', () => {
    const text = textOf([scoresOf('spam', 2)]);
    const read = provenanceSchema.parse(JSON.parse(text));
    assert.equal(read.experiment, 'spam.adapter.yaml');
    assert.equal(read.verdict, 'not judged');
    assert.deepEqual(read.budget, { layers: { share: 0.25 }, parameters: 200_000 });
    assert.equal(read.model.name, 'models/tiny-llama');
    assert.deepEqual(read.tasks[0]?.scores['model.layers.*.self_attn.q_proj'], [0.00001235, 0.000008846]);
    assert.equal(Object.keys(read.tasks[0]?.standardErrors ?? {}).length, 7);
    assert.match(text, /"model\.layers\.\*\.mlp\.up_proj": \[[^\n\s]+\],?\n/);
    assert.doesNotMatch(text, /home/);
    assert.ok(text.endsWith('}\n'));
  });

  it('names no place on the disk', () => {
    for (const model of ['/home/me/models/tiny-llama/', 'C:\\models\\tiny-llama']) {
      const text = textOf([{ ...scoresOf('spam', 2), model }]);
      assert.equal(provenanceSchema.parse(JSON.parse(text)).model.name, 'tiny-llama');
    }
  });

  it('stays below 20 kB from one small model to many tasks on a large one', () => {
    for (const [tasks, layers] of [
      [1, 32],
      [1, 126],
      [4, 32],
      [8, 80],
    ] as const) {
      const text = textOf(Array.from({ length: tasks }, (_, n) => scoresOf(`task ${n}`, layers)));
      assert.ok(Buffer.byteLength(text) < 20_000, `${tasks} tasks, ${layers} layers: ${text.length}`);
      const read = provenanceSchema.parse(JSON.parse(text));
      assert.equal(read.tasks.length, tasks);
      assert.ok(
        read.tasks.every(({ scores }) => Object.values(scores).every((row) => row.length === layers)),
      );
    }
  });

  it('lies beside its experiment', () => {
    assert.equal(provenancePath('/a b/spam.adapter.yaml'), '/a b/spam.provenance.json');
    assert.equal(provenancePath('/a b/other.yml'), '/a b/other.yml.provenance.json');
  });
});
