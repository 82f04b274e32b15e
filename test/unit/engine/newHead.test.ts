import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readAdapter } from '../../../src/peft/read';
import { readExperiment } from '../../../src/configs/experiment/parse';
import { scoreExperiment } from '../../../src/engine/scoreExperiment';
import { trainExperiment } from '../../../src/engine/trainExperiment';
import { readModelWithHead } from '../../../src/files/addedHead';
import { readModelFolder } from '../../../src/files/modelFolder';
import { runFiles } from '../../../src/files/runs';
import { readSafetensorsHeader, readTensorFloat32 } from '../../../src/files/safetensors';
import { writeSafetensors } from '../../../src/files/safetensorsWrite';
import { openModel } from '../../../src/models/openModel';
import type { RunState } from '../../../src/shared/runState';
import { runScoresSchema } from '../../../src/shared/scoreFile';
import { openDevice } from '../../../src/tensors/device';
import { fixtureFolder } from '../../reference/fixture';
import { temporaryFolder } from '../files/temporary';
import { rejectsWith } from '../files/throwsCode';
import { numbers } from '../tensors/numbers';

const never = new AbortController().signal;
const classes = ['high', 'low', 'middle'];

/** The second token, one of nine, tells the class; a third one sometimes is in the way. */
const lines = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, n) => {
    const [drawn = 0, third = 0] = [...numbers(2, seed * 1000 + n)].map((x) => (x + 1) / 2);
    const kind = Math.floor(9 * drawn);
    const input_ids = [2, 10 + 7 * kind, ...[130 + Math.floor(2 * third)].slice(0, n % 2)];
    return JSON.stringify({ input_ids, labels: classes[kind % 3] });
  }).join('\n');

const text = (more = ''): string => `version: 1
model: model
tasks:
  - { name: place, kind: classification, train: train.jsonl, validation: validation.jsonl }
method: lora
adapter: { targets: [query, value], rank: 2, alpha: 4${more} }
score: { samples: 24, max_length: 16 }
train: { epochs: 3, learning_rate: 5e-3, batch_size: 16, seeds: [1], evaluations: 1 }
`;

describe('a checkpoint without a classification head', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  let count = 0;

  before(async () => {
    await openDevice('native', 1);
    await cp(fixtureFolder('bert-1'), at('model'), { recursive: true });
    const read = await readModelFolder(at('model'));
    const tensors = [...read.tensors.values()].filter(({ name }) => !name.startsWith('classifier'));
    const kept = await Promise.all(
      tensors.map(async (tensor) => ({
        ...{ name: tensor.name, dtype: 'F32' as const, shape: tensor.shape },
        data: await readTensorFloat32(tensor.file, tensor),
      })),
    );
    await writeSafetensors(at('model/model.safetensors'), kept);
    const { id2label, label2id, ...config } = JSON.parse(
      readFileSync(at('model/config.json'), 'utf8'),
    ) as Record<string, unknown>;
    assert.ok(id2label && label2id);
    await writeFile(
      at('model/config.json'),
      JSON.stringify({ ...config, architectures: ['BertForMaskedLM'] }),
    );
    await writeFile(at('train.jsonl'), lines(240, 1));
    await writeFile(at('validation.jsonl'), lines(60, 2));
  });

  const experiment = async (more = '') => {
    const file = at(`head-${count++}.adapter.yaml`);
    await writeFile(file, text(more));
    return readExperiment(file);
  };
  const options = () => ({
    run: at(`runs/run ${count++}`),
    job: 'score' as const,
    device: 'native' as const,
    version: '1',
    processes: 0,
    told: () => undefined,
  });
  const noteOf = ({ notes }: RunState): string =>
    notes.find((note) => note.includes('no classification head')) ?? '';

  it('is given one for the classes of the labels, which is trained alone before anything is scored', async () => {
    const run = options();
    const { state } = await scoreExperiment(await experiment(), run, never);
    const [, right, majority] = /gets ([\d.]+) % of 48 others right, .* commonest class is ([\d.]+) %/
      .exec(noteOf(state))!
      .map(Number);
    assert.ok(right! > majority! + 15, noteOf(state));
    assert.match(noteOf(state), /BertForMaskedLM has no .* 3 classes \(high, low, middle\).* on 192 samples/);
    const { scores } = runScoresSchema.parse(
      JSON.parse(readFileSync(path.join(run.run, runFiles.scores), 'utf8')),
    );
    assert.ok(scores[0]!.modules.every(({ score }) => score > 0));
    const head = path.join(run.run, runFiles.head);
    const { tensors, metadata } = await readSafetensorsHeader(head);
    assert.deepEqual([...tensors.keys()].sort(), ['classifier.bias', 'classifier.weight']);
    assert.deepEqual(JSON.parse(metadata['labels']!), classes);
    const model = openModel(await readModelWithHead(at('model'), head));
    assert.deepEqual(
      [model.spec.head.kind, model.folder.architecture],
      ['classes', 'BertForSequenceClassification'],
    );
    await model.dispose();
    assert.ok(!existsSync(path.join(run.run, 'state')));
    // The same in processes of their own, which read the head from the run.
    const apart = { ...options(), processes: 2 };
    await scoreExperiment(await experiment(), apart, never);
    assert.equal(
      readFileSync(path.join(apart.run, runFiles.scores), 'utf8'),
      readFileSync(path.join(run.run, runFiles.scores), 'utf8'),
    );
  });

  it('is trained with it, whole, beside the adapter that is saved; stopped and resumed to the same', async () => {
    const whole = options();
    const { state } = await trainExperiment(await experiment(), whole, never);
    const [trial] = state.trials;
    const accuracies = trial!.evaluations.map(({ metrics }) => metrics[0]!.accuracy!);
    assert.ok(Math.max(...accuracies) > accuracies[0]! && accuracies[0]! > 0.45, `${accuracies}`);
    const [layers, width] = [3, 40];
    assert.equal(trial!.parameters, layers * 2 * (2 * width + 2 * width) + 3 * width + 3);
    const { modulesToSave } = await readAdapter(
      path.join(whole.run, 'adapters', 'seed-1'),
      await readModelFolder(at('model')),
    );
    assert.deepEqual([...modulesToSave.keys()].sort(), ['classifier.bias', 'classifier.weight']);
    const probed = await readSafetensorsHeader(path.join(whole.run, runFiles.head));
    const before = await readTensorFloat32(probed.file, probed.tensors.get('classifier.weight')!);
    assert.notDeepEqual(modulesToSave.get('classifier.weight')!.values, before);

    const controller = new AbortController();
    const stopped = {
      ...options(),
      told: ({ state: now }: { state: RunState }) => {
        if ((now.trials[0]?.step ?? 0) >= 20) controller.abort();
      },
    };
    const asked = await experiment();
    await rejectsWith(trainExperiment(asked, stopped, controller.signal), 'cancelled');
    await trainExperiment(asked, { ...stopped, told: () => undefined, resume: true }, never);
    const bytes = ({ run }: { run: string }): Buffer =>
      readFileSync(path.join(run, 'adapters', 'seed-1', 'adapter_model.safetensors'));
    assert.ok(bytes(stopped).equals(bytes(whole)));
  });

  it('keeps what the user names of it, and refuses what is no part of it', async () => {
    const asked = await experiment(', modules_to_save: [pooler]');
    const { state } = await trainExperiment(asked, options(), never);
    assert.ok(
      state.notes.some((note) => /bert\.pooler\.dense\.weight.*classifier\.bias are trained/.test(note)),
    );
    const wrong = trainExperiment(await experiment(', modules_to_save: [lm_head]'), options(), never);
    await rejectsWith(wrong, 'option-invalid', /modules_to_save names lm_head/);
  });

  it('is refused where labels are no classes', async () => {
    await mkdir(at('other'), { recursive: true });
    await cp(at('model'), at('other/model'), { recursive: true });
    await writeFile(at('other/train.jsonl'), '{"input_ids": [2, 3], "labels": "a"}\n'.repeat(4));
    await writeFile(at('other/validation.jsonl'), '{"input_ids": [2, 3], "labels": "a"}\n');
    await writeFile(at('other/x.adapter.yaml'), text());
    const one = scoreExperiment(await readExperiment(at('other/x.adapter.yaml')), options(), never);
    await rejectsWith(one, 'option-invalid', /are 1 classes/);
    await rm(at('other'), { recursive: true });
  });
});
