import * as assert from 'node:assert/strict';
import type fc from 'fast-check';
import type { Exported, ExportOptions } from '../../../../src/configs/trainers/exports/export';
import {
  exportFormats,
  exportPlan,
  type ExportFormat,
} from '../../../../src/configs/trainers/exports/exports';
import { loadPython, type PythonParser } from '../../../../src/configs/trainers/python/pythonParser';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import { entryAt, numberOf, textOf, type ConfigNode } from '../../../../src/configs/trainers/tree';
import { parseYamlTree } from '../../../../src/configs/trainers/yamlTree';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import { readModelFolder, type ModelFolder } from '../../../../src/files/modelFolder';
import { isTargeted, valueFor } from '../../../../src/peft/patterns';
import type { Plan, PlannedModule } from '../../../../src/shared/words';
import { fixtureFolder } from '../../../reference/fixture';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';
import { writeTinyLlama } from '../../files/tinyLlama';
import { check, layers, options, plannedRows, plansOver, rows, without, type Made } from './exportedPlans';

describe('exports', () => {
  const folder = temporaryFolder();
  let model: ModelFolder;
  let base: BaseModel;
  let python: PythonParser;
  before(async () => {
    await writeTinyLlama(folder.path, undefined, layers);
    model = await readModelFolder(folder.path);
    base = await readBaseModel(folder.path);
    python = await loadPython();
  });
  after(() => python.delete());

  const write = (format: ExportFormat, plan: Plan, more: Partial<ExportOptions> = {}): Promise<Exported> =>
    exportPlan(format, plan, model, { ...options, ...more }, python);
  /** What a trainer makes of a text: by the readers of users' own files. */
  const made = (text: string, syntax: 'json' | 'yaml' | 'python'): Made[] => {
    const { configs, faults } = readTrainerConfigs(text, syntax, { python });
    assert.deepEqual(faults, []);
    assert.equal(configs.length, 1);
    assert.deepEqual(configs[0]!.faults, []);
    assert.equal(configs[0]!.settings.baseModel, options.baseModel);
    return resolve(configs[0]!, base).modules.map(({ path, rank, alpha }) => ({ path, rank, alpha }));
  };
  const planned = (plan: Plan) => plannedRows(plan, model);
  const plans = (row: fc.Arbitrary<PlannedModule>) => plansOver(() => model, layers * 7, row);

  for (const [format, syntax] of [
    ['peft', 'json'],
    ['python', 'python'],
  ] as const) {
    it(`${format} gives the plan when it is read again, and says what becomes of experts`, () =>
      check(plans(rows), async (plan) => {
        const { text, losses } = await write(format, plan);
        assert.deepEqual(made(text, syntax), without(planned(plan)));
        const routed = planned(plan).filter(({ experts }) => experts > 1);
        assert.equal(losses.length, routed.length > 0 ? 1 : 0);
        if (routed.length > 0) {
          assert.match(losses[0]!, new RegExp(`: ${routed.length} of ${planned(plan).length} module`));
        }
      }));
  }

  it('peft gives the plan also after PEFT has sorted its keys', () =>
    check(plans(rows), async (plan) => {
      const written = JSON.parse((await write('peft', plan)).text) as {
        target_modules: string[];
        rank_pattern: Record<string, number>;
        r: number;
        inference_mode: boolean;
      };
      // An adapter made from a configuration for inference would be frozen.
      assert.equal(written.inference_mode, false);
      const sorted = Object.fromEntries(Object.entries(written.rank_pattern).sort().reverse());
      const ranks = base.matrices
        .filter(({ path }) => isTargeted(path, { target_modules: written.target_modules }))
        .map(({ path }) => [path, valueFor(sorted, path) ?? written.r]);
      assert.deepEqual(
        ranks,
        planned(plan).map(({ path, rank }) => [path, rank]),
      );
    }));

  it('axolotl gives the plan but for alphas that are no whole numbers, and says by how much', () =>
    check(plans(rows), async (plan) => {
      const { text, losses } = await write('axolotl', plan);
      const read = made(text, 'yaml');
      const wanted = planned(plan);
      assert.deepEqual(
        read.map(({ path, rank }) => [path, rank]),
        wanted.map(({ path, rank }) => [path, rank]),
      );
      assert.ok(read.every(({ alpha }) => Number.isInteger(alpha) && alpha > 0));
      // Rounding error is no loss: it is below what floats of a trainer tell apart.
      const isWhole = (alpha: number): boolean => Math.abs(Math.round(alpha) / alpha - 1) <= 1e-9;
      const moved = wanted.filter(({ alpha }) => !isWhole(alpha));
      const said = losses.filter((loss) => loss.startsWith('axolotl takes whole alphas'));
      assert.equal(said.length, moved.length > 0 ? 1 : 0);
      for (const { path, alpha } of wanted)
        if (Number.isInteger(alpha)) assert.equal(read.find((one) => one.path === path)!.alpha, alpha);
    }));

  it('keeps α/r the same for all modules where the plan does', () => {
    const ratio = 1.7;
    const even = rows.map((row) => ({ ...row, alpha: row.rank * ratio }));
    return check(plans(even), async (plan) => {
      for (const [format, syntax] of [
        ['peft', 'json'],
        ['python', 'python'],
      ] as const) {
        for (const { rank, alpha } of made((await write(format, plan)).text, syntax))
          assert.ok(Math.abs(alpha / rank - ratio) < 1e-9);
      }
    });
  });

  it('ludwig gives the plan in a fragment of its own', () =>
    check(plans(rows), async (plan) => {
      const { text } = await write('ludwig', plan);
      const { root } = parseYamlTree(text);
      const at = (path: string): ConfigNode | undefined => entryAt(root, path)?.value;
      assert.equal(textOf(at('base_model')), options.baseModel);
      assert.equal(textOf(at('model_type')), 'llm');
      assert.equal(textOf(at('adapter.type')), 'lora');
      const targets = at('adapter.target_modules');
      assert.ok(targets?.kind === 'list');
      const names = targets.items.map((item) => textOf(item)!);
      const [ranks, alphas] = [patternOf(at('adapter.rank_pattern')), patternOf(at('adapter.alpha_pattern'))];
      const [r, alpha] = [numberOf(at('adapter.r'))!, numberOf(at('adapter.alpha'))!];
      const read = base.matrices
        .filter(({ path }) => isTargeted(path, { target_modules: names }))
        .map(({ path }) => ({
          path,
          rank: valueFor(ranks, path) ?? r,
          alpha: valueFor(alphas, path) ?? alpha,
        }));
      assert.deepEqual(read, without(planned(plan)));
    }));

  it('names modules as the class does, where the files were saved without a head', async () => {
    const gpt2 = await readModelFolder(fixtureFolder('gpt2-1'));
    const plan = {
      modules: Object.fromEntries(gpt2.modules.map(({ path }) => [path, { rank: 4, alpha: 8, experts: 1 }])),
      shared: [],
    };
    const { text } = await exportPlan('peft', plan, gpt2, options);
    const { fan_in_fan_out: turned, target_modules: names } = JSON.parse(text) as Record<string, unknown>;
    assert.equal(turned, true);
    assert.ok((names as string[]).every((name) => name.startsWith('transformer.h.')));
  });

  it('refuses a plan of another model, an empty one, and Lily without shared tensors', async () => {
    const row = { rank: 4, alpha: 8, experts: 1 };
    const other = { modules: { 'model.layers.99.mlp.up_proj': row }, shared: [] };
    const empty = { modules: { [model.modules[0]!.path]: { ...row, experts: 0 } }, shared: [] };
    for (const format of exportFormats) {
      await rejectsWith(write(format, other), 'plan-outdated');
      await rejectsWith(write(format, empty), 'plan-missing');
    }
    await rejectsWith(
      write('lily', { modules: { [model.modules[0]!.path]: row }, shared: [] }),
      'option-invalid',
    );
  });
});

function patternOf(node: ConfigNode | undefined): Record<string, number> {
  if (node === undefined) return {};
  assert.ok(node.kind === 'map');
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, numberOf(value)!]));
}
