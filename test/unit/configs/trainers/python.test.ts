import * as assert from 'node:assert/strict';
import path from 'node:path';
import { Tree } from 'web-tree-sitter';
import type { TextRange } from '../../../../src/configs/text/yamlText';
import type { TrainerConfig } from '../../../../src/configs/trainers/description';
import { readTrainerConfigs, type ReadConfigs } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import type { ConfigNode } from '../../../../src/configs/trainers/tree';
import { readBaseModel } from '../../../../src/files/baseModel';
import { corpus, needsPython, parsers, readCorpus, requireGolden } from './corpus';

const files = corpus().filter(({ folder }) => folder === 'python');
const source = (name: string): string => files.find((file) => file.name === `python/${name}`)!.text;

describe('Python sources', () => {
  needsPython();
  const read = (text: string): ReadConfigs => readCorpus(text, 'python');
  const first = (text: string): TrainerConfig => read(text).configs[0]!;

  for (const { name, text } of files)
    it(`${name} is read as its golden file says`, () => requireGolden(name, view(text, read(text))));

  it('gives the places of names and values in UTF-16, whatever stands before them', () => {
    const text = source('unicode.py');
    const [one, other] = read(text).configs;
    assert.deepEqual(
      one!.settings.targetNames.map(({ range }) => text.slice(range.start, range.end)),
      ['"🦙_proj"', '"ключ"'],
    );
    assert.equal(cut(text, one!.settings.ranks[0]!.keyRange), '"🦙_proj"');
    assert.equal(cut(text, one!.said.baseModel!.value!.range), '"ünï/🦙-modèle"');
    assert.equal(cut(text, other!.said.targets!.value!.range), 'títulos');
  });

  it('marks what a name stands for as elsewhere, all the way down', () => {
    const text = source('constants.py');
    const [one, other] = read(text).configs;
    assert.deepEqual(one!.settings.targets.target_modules, ['q_proj', 'v_proj']);
    const value = one!.said.targets!.value!;
    assert.ok(value.kind === 'list' && value.items.every((item) => item.isElsewhere));
    assert.equal(cut(text, value.range), 'TARGETS');
    // What is computed, given twice, changed, conditional, or an argument is not known.
    for (const field of ['rank', 'alpha', 'targets', 'dropout'] as const)
      assert.equal(other!.said[field]?.value?.kind, 'opaque', field);
  });

  it('follows no name that is bound in any other way as well', () => {
    const scopes = [
      'for R in x: pass',
      'R += 1',
      'def f(R): pass',
      'def f(R=1): pass',
      'def f(R: int): pass',
      'f(lambda R: 1)',
      '[R for R in x]',
      'with x as R: pass',
      'import R',
      'from x import y as R',
      'global R',
      'del R',
      'a, (R, b) = x',
      'def R(): pass',
      'class R: pass',
      'f((R := 2))',
      'def f():\n    R = 2',
    ];
    for (const scope of scopes) {
      assert.equal(first(`R = 16\n${scope}\nc = LoraConfig(r=R)`).said.rank?.value?.kind, 'opaque', scope);
    }
    for (const reading of [
      'f(R)',
      'f(R=1)',
      'x.R = 3',
      'x = R',
      'for i in range(R): pass',
      'print(R.bit_length())',
    ])
      assert.equal(first(`R = 16\n${reading}\nc = LoraConfig(r=R)`).settings.rank, 16, reading);
  });

  it('takes the model that is named nearest before a call, and no adapter or tokenizer', () => {
    const lines = [
      'a = AutoModel.from_pretrained("first")',
      't = AutoTokenizer.from_pretrained("tokenizer")',
      'p = PeftModel.from_pretrained(a, "adapter")',
      'c = LoraConfig(r=8)',
      'b = AutoModel.from_pretrained("second")',
      'd = LoraConfig(r=8)',
    ];
    const models = (text: string): unknown[] => read(text).configs.map(({ settings }) => settings.baseModel);
    assert.deepEqual(models(lines.join('\n')), ['first', 'second']);
    assert.deepEqual(models('c = LoraConfig(r=8)\nm = AutoModel.from_pretrained("later")'), ['later']);
    assert.deepEqual(models('c = LoraConfig(base_model_name_or_path="own")\nmodel_id = "other"'), ['own']);
    assert.deepEqual(models('m = A.from_pretrained(f"{x}")\nc = LoraConfig()'), [undefined]);
  });

  it('says that there may be more keys than are written', () => {
    const [known, unknown, mixed] = read(source('splats.py')).configs;
    assert.equal(known!.root.hasUnknownKeys, undefined);
    assert.equal(known!.settings.rank, 8);
    assert.equal(known!.said.rank!.value!.isElsewhere, true);
    assert.equal(unknown!.root.hasUnknownKeys, true);
    assert.equal(unknown!.settings.alpha, 32);
    const ranks = mixed!.said.rankPattern!.value!;
    assert.ok(ranks.kind === 'map' && ranks.hasUnknownKeys);
    assert.equal(first('LoraConfig("SEQ_CLS", r=4)').root.hasUnknownKeys, true);
    assert.equal(first('FastModel.get_peft_model(m, r=4)').root.hasUnknownKeys, undefined);
  });

  it('resolves unsloth’s own defaults and last layers on a model', async () => {
    const base = await readBaseModel(path.resolve(__dirname, '../../../../media/sample/model'));
    const { modules } = resolve(first('x = FastModel.get_peft_model(m, finetune_last_n_layers=1)'), base);
    assert.deepEqual([...new Set(modules.map(({ layer }) => layer))], [base.layers - 1]);
    assert.deepEqual([...new Set(modules.map(({ rank, alpha }) => `${rank} ${alpha}`))], ['16 16']);
    assert.ok(modules.length >= 4);
  });

  it('reads a call at every state of its typing', () => {
    const text =
      'import peft\nconfig = peft.LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "v_proj"])\nx = 1\n';
    const open = text.indexOf('(') + 1;
    for (let end = open; end <= text.length; end++) {
      const { configs, faults } = read(text.slice(0, end) + '\nprint("after", 1)\n');
      assert.equal(configs.length, 1, text.slice(0, end));
      const { settings, place } = configs[0]!;
      assert.equal(cut(text, place), 'peft.LoraConfig');
      if (end > text.indexOf(' lora_alpha')) assert.equal(settings.rank, 16, text.slice(0, end));
      if (end > text.indexOf(' target_modules')) assert.equal(settings.alpha, 32, text.slice(0, end));
      // A string that is not closed takes the next line in.
      const isClosed = end > text.indexOf('])') + 1;
      const isCut = /[[ ]"$/.test(text.slice(0, end));
      if (!isCut) assert.equal(faults.length === 0, isClosed, text.slice(0, end));
      const names = settings.targetNames.map(({ name }) => name);
      assert.ok(['', 'q_proj', 'q_proj,v_proj'].includes(names.join()), names.join());
    }
  });

  it('takes no number for known that is infinite', () => {
    assert.equal(first('LoraConfig(lora_alpha=1e999)').said.alpha?.value?.kind, 'opaque');
  });

  it('gives nothing without the parser, and nothing of a source that has no such call', () => {
    assert.deepEqual(readTrainerConfigs(source('plain.py'), 'python').configs, []);
    assert.deepEqual(read('print("LoraConfig")\n'), { configs: [], faults: [] });
  });

  it('bears brackets without end, calls in calls, and constants made of constants', () => {
    const many = 20_000;
    assert.equal(read(`LoraConfig(r=${'['.repeat(many)}`).configs.length, 1);
    assert.equal(read(`LoraConfig(r=${'{'.repeat(many)}`).configs.length, 1);
    assert.equal(read('LoraConfig('.repeat(many)).configs.length, 1);
    assert.equal(read(`LoraConfig(r=${'['.repeat(many)}${']'.repeat(many)})`).configs.length, 1);
    const chain = Array.from({ length: 30 }, (_, index) => `A${index + 1} = [A${index}, A${index}]`);
    const grown = first(['A0 = [1, 2]', ...chain, 'LoraConfig(target_modules=A30)'].join('\n'));
    assert.ok(everyNode(grown.root).length < 10_000);
  });

  it('gives the memory of each tree back, also where reading it fails', () => {
    const { delete: own } = Tree.prototype;
    let deleted = 0;
    Tree.prototype.delete = function () {
      deleted += 1;
      own.call(this);
    };
    try {
      for (let turn = 0; turn < 3; turn++) read(source('plain.py'));
      assert.equal(deleted, 3);
      assert.throws(
        () => parsers.python!.withTree('x', () => assert.fail('reading failed')),
        /reading failed/,
      );
      assert.equal(deleted, 4);
    } finally {
      Tree.prototype.delete = own;
    }
  });
});

const cut = (text: string, { start, end }: TextRange): string => text.slice(start, end);

function everyNode(node: ConfigNode): ConfigNode[] {
  if (node.kind === 'list') return [node, ...node.items.flatMap(everyNode)];
  if (node.kind !== 'map') return [node];
  return [node, ...node.entries.flatMap(({ value }) => (value ? everyNode(value) : []))];
}

/** What a golden file holds: places as the text that stands there. */
function view(text: string, { configs, faults }: ReadConfigs): unknown {
  const placed = ({ message, range }: { message: string; range: TextRange }): string =>
    `${message}: ${cut(text, range)}`;
  return {
    configs: configs.map(({ kind, place, said, settings, root, faults: own }) => ({
      place: cut(text, place),
      kind,
      said: Object.fromEntries(
        Object.entries(said).map(([field, { keyRange, value }]) => [
          field,
          [
            cut(text, keyRange),
            value && cut(text, value.range),
            ...(value?.isElsewhere ? ['elsewhere'] : []),
          ],
        ]),
      ),
      settings: {
        ...settings,
        targetNames: settings.targetNames.map(({ name, range }) => `${name}: ${cut(text, range)}`),
        ranks: settings.ranks.map(({ pattern, value }) => [pattern, value]),
        alphas: settings.alphas.map(({ pattern, value }) => [pattern, value]),
      },
      hasUnknownKeys: root.hasUnknownKeys ?? false,
      faults: own.map(placed),
    })),
    faults: faults.map(placed),
  };
}
