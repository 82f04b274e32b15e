import assert from 'node:assert/strict';
import path from 'node:path';
import fc from 'fast-check';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import { loadPython } from '../../../src/configs/trainers/python/pythonParser';
import { readTrainerConfigs } from '../../../src/configs/trainers/read';
import type { TrainerConfig } from '../../../src/configs/trainers/description';
import { cursorAt } from '../../../src/extension/trainers/cursor';
import { adapterCosts, ranksAround, rowCosts, withRank } from '../../../src/extension/trainers/rankChoices';
import { configRanks, experimentRanks } from '../../../src/extension/trainers/rankPlaces';
import { mayBeConfig } from '../../../src/extension/trainers/recognize';
import { suggestionsAt } from '../../../src/extension/trainers/suggestions';
import { unknownKeys } from '../../../src/extension/trainers/unknownKeys';
import { scoresIn } from '../../../src/extension/trainers/why';
import { provenanceSchema } from '../../../src/configs/provenance';
import { readBaseModel } from '../../../src/files/baseModel';
import { readModelFolder } from '../../../src/files/modelFolder';

const sample = path.resolve(__dirname, '../../../media/sample');
const yaml = `base_model: ../model
adapter: lora
lora_r: 8 # small
lora_alpha: 16
lora_target_modules:
  - q_proj
  - v_proj
lora_rank_pattern:
  ^model\\.layers\\.0\\.self_attn\\.q_proj: 4
`;
const json = `{ "peft_type": "LORA", "r": 8, "target_modules": ["q_proj", ""], "rank_pattern": { "" } }`;

function configIn(text: string, syntax: 'json' | 'yaml'): TrainerConfig {
  const [config] = readTrainerConfigs(text, syntax).configs;
  assert.ok(config);
  return config;
}

/** What can be typed at the place of a bar in a text. */
async function offered(marked: string, syntax: 'json' | 'yaml'): Promise<string[]> {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const config = configIn(text, syntax);
  const cursor = cursorAt(text, config, offset);
  const base = await readBaseModel(path.join(sample, 'model'));
  return cursor ? suggestionsAt(cursor, config, base).map(({ insert }) => insert) : [];
}

describe('recognizing configs at a glance', () => {
  it('lets every config of the formats through to the parsers, and little else', () => {
    assert.ok(mayBeConfig(json, 'json'));
    assert.ok(mayBeConfig(yaml, 'yaml'));
    assert.ok(mayBeConfig('stage: sft\nfinetuning_type: lora\n', 'yaml'));
    assert.ok(mayBeConfig('model:\n  _component_: torchtune.models.llama3.lora_llama3_8b\n', 'yaml'));
    assert.ok(mayBeConfig('config = LoraConfig(r=8)', 'python'));
    assert.ok(!mayBeConfig('development:\n  adapter: postgresql\n', 'yaml'));
    assert.ok(!mayBeConfig('{ "name": "package" }', 'json'));
    assert.ok(!mayBeConfig(`${' '.repeat(1_000_001)}"peft_type"`, 'json'));
  });
});

describe('completing configs', () => {
  it('offers modules of the model in lists, without those that are there', async () => {
    const found = await offered(yaml.replace('  - v_proj', '  - v_proj\n  - |'), 'yaml');
    assert.ok(found.includes('down_proj'));
    assert.ok(!found.includes('q_proj'));
    assert.ok((await offered(json.replace('""]', '"|"]'), 'json')).includes('v_proj'));
    assert.ok((await offered(json.replace('""]', '|]'), 'json')).includes('"v_proj"'));
  });

  it('offers keys of patterns that hold for one module', async () => {
    const key = 'model\\.layers\\.1\\.self_attn\\.q_proj';
    assert.ok((await offered(`${yaml}  |`, 'yaml')).includes(`^${key}: 8`));
    assert.ok(!(await offered(`${yaml}  |`, 'yaml')).includes('^model\\.layers\\.0\\.self_attn\\.q_proj: 8'));
    const escaped = JSON.stringify(`^${key}`).slice(1, -1);
    assert.ok((await offered(json.replace('{ "" }', '{ "|" }'), 'json')).includes(escaped));
  });

  it('offers the keys that are missing, and values', async () => {
    const keys = await offered(`${yaml}|`, 'yaml');
    assert.ok(keys.includes('lora_dropout: '));
    assert.ok(!keys.includes('lora_r: '));
    assert.deepEqual(await offered(`${yaml}peft_use_dora: |`, 'yaml'), ['true', 'false']);
    assert.deepEqual(await offered(yaml.replace('# small', '# |small'), 'yaml'), []);
  });

  it('never throws, wherever the cursor is in whatever is typed', () => {
    const base = configIn(yaml, 'yaml');
    fc.assert(
      fc.property(fc.nat(yaml.length), fc.string(), (offset, typed) => {
        const text = yaml.slice(0, offset) + typed + yaml.slice(offset);
        cursorAt(text, readTrainerConfigs(text, 'yaml').configs[0] ?? base, offset + typed.length);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('misspelled keys', () => {
  it('are those one slip from a key that is missing', () => {
    const found = unknownKeys(configIn(yaml.replace('lora_alpha', 'lora_aplha'), 'yaml'));
    assert.deepEqual(
      found.map(({ fixes }) => fixes[0]?.title),
      ['Change to lora_alpha'],
    );
    const quoted = json.replace('"r": 8', '"lora_alph": 8');
    const [fix] = unknownKeys(configIn(quoted, 'json')).flatMap(({ fixes }) => fixes[0]?.edits ?? []);
    assert.equal(fix && quoted.slice(fix.start, fix.end), 'lora_alph');
  });

  it('are not the trainers’ other keys', async () => {
    assert.deepEqual(unknownKeys(configIn(`${yaml}lora_on_cpu: true\nlora_mlp_kernel: true\n`, 'yaml')), []);
    assert.deepEqual(
      unknownKeys(configIn(json.replace('"r"', '"use_qalora": true, "bias": "none", "r"'), 'json')),
      [],
    );
  });
});

describe('ranks', () => {
  const text = `version: 1
model: ${path.join(sample, 'model')}
tasks: [{ name: spam, kind: classification, train: x.jsonl }]
method: floe
adapter: { targets: [q_proj, v_proj], rank: 4, alpha: 8, experts: 1 } # here
budget: { parameters: 100k }
plan:
  modules:
    model.layers.0.self_attn.q_proj: { rank: 4, alpha: 8, experts: 1 }
    model.layers.0.self_attn.v_proj: { rank: 4, alpha: 8, experts: 1 }
`;

  it('are found where they are written: the adapter’s, and rows as long as there are few', () => {
    const found = experimentRanks(text);
    assert.deepEqual(
      found.map(({ of, line, value }) => [of.kind, line, text.slice(value.start, value.end)]),
      [
        ['adapter', 4, '4'],
        ['row', 8, '4'],
        ['row', 9, '4'],
      ],
    );
    const rows = Array.from(
      { length: 12 },
      (_, at) => `    model.layers.${at}.x: { rank: 4, alpha: 8, experts: 1 }`,
    );
    assert.equal(experimentRanks(`adapter: { rank: 2 }\nplan:\n  modules:\n${rows.join('\n')}\n`).length, 1);
    assert.equal(configRanks(yaml, [configIn(yaml, 'yaml')])[0]?.line, 2);
    assert.deepEqual(experimentRanks('adapter: { rank: '), []);
  });

  it('are left alone where a name stands for the number', async () => {
    const source = 'from peft import LoraConfig\nR = 8\na = LoraConfig(r=R)\nb = LoraConfig(r=4)\n';
    const python = await loadPython();
    const { configs } = readTrainerConfigs(source, 'python', { python });
    assert.deepEqual(
      configRanks(source, configs).map(({ of, rank }) => [of, rank]),
      [[{ kind: 'config', index: 1 }, 4]],
    );
  });

  it('say what they cost and how much of the budget that is', async () => {
    const { experiment } = parseExperiment(text, path.join(sample, 'x.adapter.yaml'));
    assert.ok(experiment?.plan);
    const { modules } = await readModelFolder(path.join(sample, 'model'));
    const row = 'model.layers.0.self_attn.q_proj';
    assert.match(
      adapterCosts(experiment, modules, 4) ?? '',
      /^[\d.,k ]+ parameters on all \d+ targets, [\d.]+ % of the budget$/,
    );
    assert.match(rowCosts(experiment, experiment.plan, modules, row, 512) ?? '', /over the budget \(\d/);
    assert.deepEqual(ranksAround(6, [12]).slice(0, 6), [1, 2, 4, 6, 8, 12]);
    const changed = withRank(experiment.plan, row, 16).modules[row];
    assert.deepEqual([changed?.rank, changed?.alpha], [16, 32]);
  });
});

describe('scores that travel with a plan', () => {
  const task = (scores: Record<string, (number | null)[]>): unknown => ({
    task: 'spam',
    dataHash: 'x',
    estimator: 'fisher',
    labels: 'empirical',
    samples: 8,
    device: 'wasm',
    stability: { halvesKendallTau: 1, topKAgreement: 1 },
    scores,
  });
  const provenance = (scores: Record<string, (number | null)[]>) =>
    provenanceSchema.parse({
      version: 1,
      experiment: 'x',
      run: 'r',
      adapterLab: '0',
      method: 'floe',
      budget: {},
      seed: 1,
      model: { name: 'm', hash: 'h' },
      totals: { parameters: 1, experts: 1, modules: 1, layers: 1 },
      summary: '',
      verdict: '',
      scoresHash: 'h',
      tasks: [task(scores)],
    });

  it('are found by module, and by layer where only those are kept', () => {
    const byModule = provenance({ 'model.layers.*.q': [1, 3], 'model.layers.*.v': [null, 4] });
    assert.equal(scoresIn(byModule, 'model.layers.1.q')?.tasks[0]?.share, 3 / 8);
    assert.equal(scoresIn(byModule, 'model.layers.0.v'), undefined);
    assert.equal(scoresIn(byModule, 'model.layers.0.k'), undefined);
    assert.equal(scoresIn(provenance({ layers: [1, 3] }), 'model.layers.1.q')?.share, 0.75);
  });
});
