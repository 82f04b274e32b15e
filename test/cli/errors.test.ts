import assert from 'node:assert/strict';
import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fixtureFolder } from '../reference/fixture';
import { rawSafetensors } from '../unit/files/rawSafetensors';
import { temporaryFolder } from '../unit/files/temporary';
import { smallLlama, writeRandomLlama } from '../unit/models/randomLlama';
import { adapterLab, failsWith } from './commandLine';
import { referenceModel, writeReferenceData } from './referenceData';

describe('adapter-lab, errors: code and sentence, next step, exit code', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  before(() => writeReferenceData(at('data.jsonl')));

  const score = (model: string, data = at('data.jsonl'), ...more: string[]): string[] => [
    'score',
    '--model',
    model,
    '--data',
    data,
    ...more,
  ];
  async function changedModel(name: string, change: (config: string) => string): Promise<string> {
    await cp(referenceModel, at(name), { recursive: true });
    const config = path.join(at(name), 'config.json');
    await writeFile(config, change(await readFile(config, 'utf8')));
    return at(name);
  }

  it('a model that is not there', () =>
    failsWith(score(at('no model')), 'model-missing', /no model does not exist/));

  it('weights that were not downloaded to their end', async () => {
    const model = await changedModel('truncated', (config) => config);
    await truncate(path.join(model, 'model.safetensors'), 100_000);
    await failsWith(score(model), 'safetensors-truncated', /truncated.model\.safetensors/);
  });

  it('an unknown architecture', async () => {
    const model = await changedModel('unknown', (config) => config.replace('"llama"', '"hal9000"'));
    await failsWith(score(model), 'model-architecture-unknown', /"hal9000"/);
    await failsWith(['inspect', '--model', model], 'model-architecture-unknown', /"hal9000"/);
  });

  it('an activation that is not computed', async () => {
    const model = await changedModel('other', (config) => config.replace('"silu"', '"hal9000"'));
    await failsWith(score(model), 'model-config-invalid', /hidden_act "hal9000"/);
  });

  it('weights that are quantized', async () => {
    await cp(referenceModel, at('quantized'), { recursive: true });
    const module = 'model.layers.0.self_attn.q_proj';
    await writeFile(
      path.join(at('quantized'), 'model.safetensors'),
      rawSafetensors([
        { name: `${module}.qweight`, dtype: 'I32', shape: [6, 48] },
        { name: `${module}.scales`, dtype: 'F16', shape: [12, 48] },
      ]),
    );
    await failsWith(score(at('quantized')), 'model-dtype-unsupported', /quantized/);
  });

  it('a classifier without its head, where the labels name no classes to make one for', async () => {
    await cp(fixtureFolder('bert-two-1'), at('headless'), { recursive: true });
    const file = path.join(at('headless'), 'model.safetensors');
    const bytes = await readFile(file);
    for (let place = bytes.indexOf('"classifier'); place >= 0; place = bytes.indexOf('"classifier'))
      bytes.write('"unknownone', place);
    await writeFile(file, bytes);
    await writeReferenceData(at('bert.jsonl'), 'bert-two-1');
    const one = (await readFile(at('bert.jsonl'), 'utf8')).replaceAll(/"labels":\d+/g, '"labels":0');
    await writeFile(at('bert.jsonl'), one);
    const args = score(at('headless'), at('bert.jsonl'), '--kind', 'classification');
    await failsWith(args, 'option-invalid', /labels of bert are 1 classes; a new head can have 2/);
  });

  it('a kind of task that the model cannot do, naming one that it can', async () => {
    for (const [name, kind] of [
      ['llama-1', 'image-classification'],
      ['bert-two-1', 'causal-lm'],
      ['vit-1', 'classification'],
    ] as const) {
      const data = at(`${name}.jsonl`);
      await writeReferenceData(data, name);
      const args = score(fixtureFolder(name), data, '--kind', kind);
      await failsWith(
        args,
        'option-invalid',
        new RegExp(`'${name}' is of kind ${kind}, which \\w+ cannot do`),
      );
    }
  });

  it('data that is not there, is empty, or has a broken line', async () => {
    await failsWith(score(referenceModel, at('none.jsonl')), 'data-missing', /none\.jsonl/);
    await writeFile(at('empty.jsonl'), '\n');
    await failsWith(score(referenceModel, at('empty.jsonl')), 'data-empty', /empty\.jsonl/);
    await writeFile(at('broken.jsonl'), '{"input_ids":[1,2,3]}\n{"input_ids":\n');
    await failsWith(score(referenceModel, at('broken.jsonl')), 'data-line-invalid', /broken\.jsonl:2 /);
    await failsWith(score(referenceModel, at('data.xlsx')), 'data-format-unsupported', /data\.xlsx/);
  });

  it('text without a tokenizer, and tokens that the model does not have', async () => {
    await writeFile(at('text.jsonl'), '{"text":"some words"}\n');
    await failsWith(score(referenceModel, at('text.jsonl')), 'tokenizer-missing', /text\.jsonl:1/);
    await writeFile(at('other.jsonl'), '{"input_ids":[1,2,999]}\n');
    await failsWith(score(referenceModel, at('other.jsonl')), 'data-line-invalid', /token 999/);
  });

  it('labels that an estimator cannot take', () =>
    failsWith(
      score(referenceModel, undefined, '--estimator', 'eva', '--labels', 'true'),
      'option-invalid',
      /"eva" takes no labels/,
    ));

  it('a target of the gates that is not there, beside one that is', () =>
    failsWith(
      score(referenceModel, undefined, '--estimator', 'gate-fisher', '--targets', 'q_proj', 'v_porj'),
      'option-invalid',
      /"v_porj" matches no module/,
    ));

  it('options that are wrong, missing or unknown', async () => {
    const wrong: readonly [args: string[], sentence: RegExp][] = [
      [score(referenceModel, undefined, '--samples', '0'), /'--samples <n>' argument '0' is invalid/],
      [score(referenceModel, undefined, '--batch-size', 'two'), /'--batch-size <n>' argument 'two'/],
      [score(referenceModel, undefined, '--processes', '0'), /'--processes <n>' argument '0' is invalid/],
      [score(referenceModel, undefined, '--memory', 'tape'), /choices are auto, streaming/],
      [score(referenceModel, undefined, '--labels', 'mine'), /choices are empirical, true/],
      [score(referenceModel, undefined, '--device', 'abacus'), /choices are auto, .*native/],
      [score(referenceModel, undefined, '--kind', 'regression'), /choices are classification, causal-lm/],
      [['score', '--data', 'x.jsonl'], /'--model <dir>' not specified/],
      [['inspect', '--model', referenceModel, '--color'], /unknown option '--color'/i],
      [['inspect', '--modle', referenceModel], /unknown option '--modle' \(Did you mean --model\?\)/i],
      [['inspect', `--modle=${referenceModel}`], /unknown option '--modle' \(Did you mean --model\?\)/i],
      [['run'], /missing required argument 'experiment'/i],
    ];
    for (const [args, sentence] of wrong) await failsWith(args, 'option-invalid', sentence);
    const next = async (...args: string[]): Promise<string | undefined> =>
      (await adapterLab(args)).stderr.trimEnd().split('\n').at(-1);
    assert.equal(await next('allocate'), 'Next: Read the options with: adapter-lab allocate --help.');
    assert.equal(await next('guess'), 'Next: Read the options with: adapter-lab --help.');
  });

  it("a trainer's config in place of an experiment", async () => {
    await writeFile(at('axolotl.yml'), 'base_model: x\nadapter: lora\n');
    for (const command of ['run', 'train', 'search'])
      await failsWith([command, at('axolotl.yml')], 'experiment-invalid', /is not called \*\.adapter\.yaml/);
  });

  it('an experiment that is not there or not valid', async () => {
    await failsWith(['run', at('none.adapter.yaml')], 'experiment-missing', /none\.adapter\.yaml/);
    await writeFile(at('bad.adapter.yaml'), 'version: 1\nmodel: x\nmethod: flow\ntasks: []\n');
    await failsWith(['run', at('bad.adapter.yaml')], 'experiment-invalid', /bad\.adapter\.yaml:3:9: /);
  });

  it('a failure of the engine itself: exit code 2', async () => {
    await writeRandomLlama(at('overflowing'), smallLlama, (tensors) =>
      tensors.map((tensor) =>
        tensor.name === 'model.norm.weight'
          ? { ...tensor, data: new Float32Array(tensor.data.length).fill(3e38) }
          : tensor,
      ),
    );
    await mkdir(at('data'), { recursive: true });
    await writeFile(at('data/short.jsonl'), '{"input_ids":[1,2,3]}\n');
    await failsWith(score(at('overflowing'), at('data/short.jsonl')), 'loss-not-finite', /sample 0/, 2);
  });

  it('a command that was not given: help, and exit code 1', async () => {
    const { code, stdout, stderr } = await adapterLab([]);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^Usage: adapter-lab/);
  });
});
