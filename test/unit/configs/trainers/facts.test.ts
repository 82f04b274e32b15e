import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { factsOf, type ConfigFacts, type PathScores } from '../../../../src/configs/trainers/facts';
import { fieldDocs } from '../../../../src/configs/trainers/facts/fieldDocs';
import { fields } from '../../../../src/configs/trainers/fields';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import type { Syntax } from '../../../../src/configs/trainers/tree';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import { llamaConfig, llamaShapes, writeModel } from '../../files/madeModel';
import { temporaryFolder } from '../../files/temporary';

const sample = path.resolve(__dirname, '../../../../media/sample');

describe('facts about a user’s file', () => {
  const root = temporaryFolder();
  let llama: BaseModel;
  before(async () => {
    llama = await readBaseModel(await writeModel(path.join(root.path, 'llama'), llamaConfig, llamaShapes));
  });

  const facts = (text: string, syntax: Syntax, base?: BaseModel, scores?: PathScores): ConfigFacts =>
    factsOf({ text, config: readTrainerConfigs(text, syntax).configs[0]!, base, scores });
  /** The text with hints in brackets where they hang. */
  const shown = (text: string, { hints }: ConfigFacts): string =>
    [...hints]
      .reverse()
      .reduce((out, hint) => `${out.slice(0, hint.offset)} ⟨${hint.text}⟩${out.slice(hint.offset)}`, text);

  it('stand behind the lines of an adapter_config.json', () => {
    const text = `{
  "peft_type": "LORA",
  "base_model_name_or_path": "../model",
  "r": 8,
  "lora_alpha": 16,
  "target_modules": [
    "q_proj",
    "layers.0.mlp.up_proj",
    "gone"
  ],
  "rank_pattern": {
    "layers.[01].self_attn.q_proj": 4,
    "up_proj": 2, "k_proj": 3,
    "model.layers.0.self_attn.q_proj": 3,
    "nothing": 3
  },
  "alpha_pattern": {"up_proj": 8}
}`;
    const scores = new Map([
      ['model.layers.0.self_attn.q_proj', 0.25],
      ['model.layers.1.self_attn.q_proj', 0.5],
    ]);
    assert.equal(
      shown(text, facts(text, 'json', llama, scores)),
      `{
  "peft_type": "LORA",
  "base_model_name_or_path": "../model", ⟨Llama · 4 layers · 2,216 parameters⟩
  "r": 8, ⟨= 424 trainable, 19 % · 1.7 kB⟩
  "lora_alpha": 16, ⟨α/r 2.0 to 4.0⟩
  "target_modules": [ ⟨→ 5 of 28 linears⟩
    "q_proj",
    "layers.0.mlp.up_proj", ⟨→ 1 module⟩
    "gone" ⟨matches nothing⟩
  ],
  "rank_pattern": {
    "layers.[01].self_attn.q_proj": 4, ⟨→ 2 modules, α/r 4.0 · score 0.75⟩
    "up_proj": 2 ⟨→ 1 module, α/r 4.0⟩, "k_proj": 3, ⟨→ 4 modules, none targeted⟩
    "model.layers.0.self_attn.q_proj": 3, ⟨→ 0 modules: another row holds⟩
    "nothing": 3 ⟨matches nothing⟩
  },
  "alpha_pattern": {"up_proj": 8} ⟨→ 1 module, α/r 4.0⟩
}`,
    );
  });

  it('stand before comments of an axolotl file, with ranks by rsLoRA and the last item of a flow list', () => {
    const text = `base_model: ../model
adapter: lora
lora_r: 4  # small
lora_alpha: 16
peft_use_rslora: true
lora_target_modules: [q_proj, gone, lm_head]
lora_modules_to_save: # all
  - embed_tokens
peft_layers_to_transform: [0, 1]
`;
    assert.equal(
      shown(text, facts(text, 'yaml', llama)),
      `base_model: ../model ⟨Llama · 4 layers · 2,216 parameters⟩
adapter: lora
lora_r: 4 ⟨= 224 trainable, 10 % · 896 B⟩  # small
lora_alpha: 16 ⟨α/√r 8.0⟩
peft_use_rslora: true
lora_target_modules: [q_proj, gone ⟨matches nothing⟩, lm_head] ⟨→ 2 of 28 linears + output head⟩
lora_modules_to_save: ⟨+ 128 trainable⟩ # all
  - embed_tokens
peft_layers_to_transform: [0, 1] ⟨→ 2 of 4 layers⟩
`,
    );
  });

  it('say of Lily what is shared, and of AdaLoRA when it prunes', () => {
    const lily = `{"peft_type": "LILY", "r": 4,
"stride_A": 2,
"num_B": 3,
"target_modules": ["q_proj", "v_proj"]}`;
    assert.deepEqual(
      facts(lily, 'json', llama).hints.map(({ field, text }) => [field, text]),
      [
        ['rank', '= 368 trainable, 17 % · 1.5 kB'],
        ['strideA', '2 A + 3 B per target'],
        ['numB', 'shared by 4 modules a target'],
        ['targets', '→ 8 of 28 linears'],
      ],
    );
    const ada = (further: string): string[] =>
      facts(
        `{"peft_type": "ADALORA", "target_r": 4, "init_r": 6, "tinit": 200, "tfinal": 500${further}}`,
        'json',
      ).hints.map(({ text }) => text);
    assert.deepEqual(ada(', "deltaT": 10, "total_step": 5000'), [
      '→ average rank 4, from 6',
      'budget phase: steps 200–4500',
      'ranks stay from step 4500 on',
      'prunes 430 times',
      'ends at average rank 4',
    ]);
    assert.ok(ada('').includes('no budget phase without total_step'));
    assert.ok(ada(', "total_step": 700').includes('no step is left for pruning'));
  });

  it('say what PEFT would take where no target is named, and keep silent where a variable is', () => {
    const text = '{"peft_type": "LORA", "r": 8,\n"target_modules": null}';
    const found = facts(text, 'json', llama).hints.find(({ field }) => field === 'targets');
    assert.equal(found?.text, '→ 8 of 28 linears, PEFT’s default');
    const opaque = 'base_model: x\nadapter: lora\nlora_r: 8\nlora_target_modules: *gone\n';
    const { hints } = facts(opaque, 'yaml', llama);
    assert.ok(hints.every(({ field }) => field !== 'targets' && field !== 'rank'));
  });

  it('are the scale alone without a base model, and an error where a pattern cannot be read', () => {
    const text =
      '{"peft_type": "LORA", "r": 8, "lora_alpha": 12, "target_modules": ["q_proj"], "rank_pattern": {"(": 2}}';
    assert.deepEqual(
      facts(text, 'json').hints.map((hint) => hint.text),
      ['α/r 1.5'],
    );
    const { error, resolved } = facts(text, 'json', llama);
    assert.equal(error?.code, 'adapter-invalid');
    assert.equal(resolved, undefined);
  });

  it('fit on a line, whatever the file says', () => {
    const names = fc.subarray([
      'q_proj',
      'v_proj',
      'lm_head',
      'embed_tokens',
      'mlp.up_proj',
      'gone',
      'model.layers.0.mlp.up_proj',
    ]);
    const huge = {
      ...llama,
      architecture: 'AVeryLongArchitectureNameOfSomebodyForCausalLM',
      parameters: 671e9,
    };
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: 1, max: 99999 }),
        fc.dictionary(
          names.map((all) => all[0] ?? '.*'),
          fc.integer({ min: 1, max: 99999 }),
        ),
        fc.constantFrom('LORA', 'ADALORA', 'LILY'),
        (target_modules, r, rank_pattern, peft_type) => {
          const config = {
            peft_type,
            r,
            init_r: r,
            target_modules,
            rank_pattern,
            alpha_pattern: rank_pattern,
            base_model_name_or_path: 'x',
            stride_A: 3,
            num_B: r,
          };
          const text = JSON.stringify(config, undefined, 2);
          const scores = new Map(llama.matrices.map(({ checkpointPath }) => [checkpointPath, 1.234e-11 * r]));
          const { hints, hoverAt } = facts(text, 'json', huge, scores);
          for (const hint of hints) {
            assert.ok(hint.text.length < 43, hint.text);
            assert.ok(hint.offset <= text.length);
          }
          for (let at = 0; at < text.length; at += 7) hoverAt(at);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  it('show tables to the pointer: kinds of modules, their cost and score, and what each key is for', async () => {
    const text = await readFile(path.join(sample, 'configs', 'adapter_config.json'), 'utf8');
    const base = await readBaseModel(path.join(sample, 'model'));
    const scores = new Map(base.matrices.map(({ checkpointPath }) => [checkpointPath, 0.5]));
    const { hoverAt, resolved } = facts(text, 'json', base, scores);
    const rank = hoverAt(text.indexOf('"r"') + 1)!;
    assert.equal(text.slice(rank.range.start, rank.range.end), '"r"');
    assert.match(rank.markdown, /^\*\*r\*\*: Rank of the update.*Default: `8`\./);
    assert.match(
      rank.markdown,
      /\| module \| count \| layers \| in → out \| rank \| scale \| parameters \| score \|/,
    );
    assert.match(
      rank.markdown,
      new RegExp(`\\| \`mlp.down_proj\` \\| ${base.layers} \\| 0-${base.layers - 1} \\|`),
    );
    assert.match(rank.markdown, /trainable parameters, [\d.]+ % of the model/);
    const name = hoverAt(text.indexOf('"v_proj"') + 2)!;
    assert.match(name.markdown, new RegExp(`^\`v_proj\`: ${base.layers} modules`));
    assert.equal(name.markdown.match(/^\|/gm)?.length, 3);
    assert.equal(resolved?.modules.length, 3 * base.layers);
    assert.equal(hoverAt(0), undefined);
    const pattern = '{"peft_type": "LORA", "rank_pattern": {"k_proj": 2, "gone": 3}}';
    const rows = facts(pattern, 'json', base);
    assert.match(
      rows.hoverAt(pattern.indexOf('k_proj'))!.markdown,
      /fits \d+ modules, which another row holds/,
    );
    assert.match(rows.hoverAt(pattern.indexOf('gone'))!.markdown, /matches nothing in the base model/);
  });

  it('say nothing behind keys that say nothing, as PEFT saves them', async () => {
    const base = await readBaseModel(path.join(sample, 'model'));
    const text = JSON.stringify({
      peft_type: 'LORA',
      r: 8,
      target_modules: ['q_proj'],
      target_parameters: null,
      layers_to_transform: null,
    });
    const { hints } = facts(text, 'json', base);
    assert.deepEqual(
      hints.map(({ field }) => field),
      ['rank', 'targets'],
    );
  });

  it('have one sentence for every field', () => {
    for (const field of fields) assert.match(fieldDocs[field], /^[A-Z].*\.$/s, field);
  });
});
