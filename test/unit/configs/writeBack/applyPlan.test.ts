import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import type { TrainerConfig } from '../../../../src/configs/trainers/description';
import { syntaxOf } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import type { Syntax } from '../../../../src/configs/trainers/tree';
import { writeBackOf } from '../../../../src/configs/trainers/writeBack/applyPlan';
import type { WriteBack } from '../../../../src/configs/trainers/writeBack/writeBack';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import type { Plan } from '../../../../src/shared/words';
import { corpusFolder, needsPython, readCorpus, requireText } from '../trainers/corpus';
import { linear, planOf, plansOn } from './plans';

const root = path.resolve(__dirname, '../../../..');
const fixtures = path.join(corpusFolder, 'writeBack');
const files = readdirSync(fixtures).filter((name) => name.endsWith('.before'));
const syntaxOfFixture = (name: string): Syntax => {
  const syntax = syntaxOf(name.replace(/\.before$/, ''));
  assert.ok(syntax, name);
  return syntax;
};

function configOf(text: string, syntax: Syntax): TrainerConfig {
  const [config] = readCorpus(text, syntax).configs;
  assert.ok(config, text);
  return config;
}

function applied(
  text: string,
  syntax: Syntax,
  plan: Plan,
  base: BaseModel,
): WriteBack & { readonly after: string } {
  const read = (whole: string) => readCorpus(whole, syntax);
  const written = writeBackOf(text, configOf(text, syntax), plan, base, { read });
  return { ...written, after: applyEdits(text, written.edits) };
}

/** What a file gives its modules, as rows of a plan. */
const rowsOf = (text: string, syntax: Syntax, base: BaseModel): Record<string, readonly [number, number]> =>
  Object.fromEntries(
    resolve(configOf(text, syntax), base).modules.map(({ path: name, rank, alpha }) => [name, [rank, alpha]]),
  );

const rowsOfPlan = ({ modules }: Plan): Record<string, readonly [number, number]> =>
  Object.fromEntries(Object.entries(modules).map(([name, { rank, alpha }]) => [name, [rank, alpha]]));

describe('a plan in a trainer’s file', () => {
  let base: BaseModel;
  needsPython();
  before(async () => {
    base = await readBaseModel(path.join(root, 'media/sample/model'));
  });
  const some = (pattern: RegExp) => linear(base.matrices).filter(({ path: name }) => pattern.test(name));
  /** Query matrices of the last layers with a higher rank, the lowest left out. */
  const goldenPlan = (): Plan =>
    planOf(
      some(/[1-7]\.self_attn\.[qv]_proj$/).map(({ path: name, layer }) => [
        name,
        { rank: (layer ?? 0) > 5 ? 16 : 8 },
      ]),
    );

  for (const name of files) {
    it(`is the smallest edit of ${name}`, () => {
      const text = readFileSync(path.join(fixtures, name), 'utf8');
      const { after, losses } = applied(text, syntaxOfFixture(name), goldenPlan(), base);
      const told = losses.map((loss) => `${loss}\n`).join('');
      const golden = `writeBack/${name.replace(/\.before$/, '.after')}`;
      requireText(golden, after);
      requireText(`${golden}.losses`, told);
    });

    it(`comes out of ${name} again, and a second time changes nothing`, () => {
      const text = readFileSync(path.join(fixtures, name), 'utf8');
      const syntax = syntaxOfFixture(name);
      fc.assert(
        fc.property(plansOn(base.matrices), (plan) => {
          const { after, losses, seedAdapter } = applied(text, syntax, plan, base);
          if (losses.length === 0 && !seedAdapter)
            assert.deepEqual(rowsOf(after, syntax, base), rowsOfPlan(plan));
          else if (!seedAdapter)
            for (const module of Object.keys(plan.modules)) assert.ok(module in rowsOf(after, syntax, base));
          assert.deepEqual(applied(after, syntax, plan, base).edits, []);
        }),
        { seed: 1, numRuns: 40 },
      );
    });
  }

  it('is no edit where the file says it already', () => {
    const text = readFileSync(path.join(root, 'media/sample/configs/axolotl.yml'), 'utf8');
    const plan = planOf(some(/\.(?:[qv]|down)_proj$/).map(({ path: name }) => [name, { rank: 8 }]));
    assert.deepEqual(writeBackOf(text, configOf(text, 'yaml'), plan, base), { edits: [], losses: [] });
  });

  it('changes one number where all ranks double, and names layers where only they change', () => {
    const text = readFileSync(path.join(root, 'media/sample/configs/axolotl.yml'), 'utf8');
    const whole = planOf(
      some(/\.(?:[qv]|down)_proj$/).map(({ path: name }) => [name, { rank: 16, alpha: 16 }]),
    );
    assert.equal(applied(text, 'yaml', whole, base).after, text.replace('lora_r: 8', 'lora_r: 16'));
    const upper = planOf(some(/[67]\..*\.(?:[qv]|down)_proj$/).map(({ path: name }) => [name, { rank: 8 }]));
    assert.equal(
      applied(text, 'yaml', upper, base).after,
      text.replace('  - down_proj\n', '  - down_proj\npeft_layers_to_transform:\n  - 6\n  - 7\n'),
    );
  });

  it('says in numbers that experts are lost', () => {
    const text = readFileSync(path.join(root, 'media/sample/configs/axolotl.yml'), 'utf8');
    const plan = planOf(
      some(/0\..*\.q_proj$|1\..*\.q_proj$/).map(({ path: name, layer }) => [
        name,
        { rank: 8, experts: layer === 0 ? 3 : 1 },
      ]),
    );
    assert.deepEqual(applied(text, 'yaml', plan, base).losses, [
      // Two adapters of 8 · (128 + 128), and a router of 3 · 128.
      'No trainer takes experts: 1 of 2 modules with 3 experts become one adapter each, -4,480 parameters.',
    ]);
  });

  it('is refused where the model has no such module, or nothing is adapted', () => {
    const text = readFileSync(path.join(root, 'media/sample/configs/axolotl.yml'), 'utf8');
    const refused = (plan: Plan, code: string): void =>
      void assert.throws(() => applied(text, 'yaml', plan, base), { code });
    refused(planOf([['model.layers.99.self_attn.q_proj', { rank: 8 }]]), 'plan-outdated');
    refused(planOf([['model.layers.0.self_attn.q_proj', { rank: 0 }]]), 'plan-missing');
    const shared = { tensor: 'A', members: ['model.layers.0.self_attn.q_proj'], count: 1 } as const;
    refused(
      { ...planOf([['model.layers.0.self_attn.q_proj', { rank: 8 }]]), shared: [shared] },
      'method-unavailable',
    );
  });

  it('is Lily’s rank, stride and number of B’s in a configuration of Lily', () => {
    const text = '{"peft_type": "LILY", "r": 8, "target_modules": ["v_proj"], "stride_A": 1, "num_B": 4}';
    const modules = some(/\.q_proj$/).map(({ path: name }) => name);
    const plan: Plan = {
      ...planOf(modules.map((name) => [name, { rank: 24 }] as const)),
      shared: [
        { tensor: 'A', members: modules.slice(0, 4), count: 1 },
        { tensor: 'A', members: modules.slice(4), count: 1 },
        { tensor: 'B', members: modules, count: 3 },
      ],
    };
    assert.equal(
      applied(text, 'json', plan, base).after,
      '{"peft_type": "LILY", "r": 24, "target_modules": ["q_proj"], "stride_A": 4, "num_B": 3}',
    );
  });
});
