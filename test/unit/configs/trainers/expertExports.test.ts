import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Exported, ExportOptions } from '../../../../src/configs/trainers/exports/export';
import { exportPlan, type ExportFormat } from '../../../../src/configs/trainers/exports/exports';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import { readModelFolder, type ModelFolder } from '../../../../src/files/modelFolder';
import { allocate } from '../../../../src/planning/allocate';
import type { Plan, PlannedModule } from '../../../../src/shared/words';
import { temporaryFolder } from '../../files/temporary';
import { writeTinyLlama } from '../../files/tinyLlama';
import { check, layers, options, plannedRows, plansOver, rows } from './exportedPlans';

describe('exports of experts and of shared tensors', () => {
  const folder = temporaryFolder();
  let model: ModelFolder;
  let base: BaseModel;
  before(async () => {
    await writeTinyLlama(folder.path, undefined, layers);
    model = await readModelFolder(folder.path);
    base = await readBaseModel(folder.path);
  });

  const write = (format: ExportFormat, plan: Plan, more: Partial<ExportOptions> = {}): Promise<Exported> =>
    exportPlan(format, plan, model, { ...options, ...more });
  const planned = (plan: Plan) => plannedRows(plan, model);
  const plans = (row: fc.Arbitrary<PlannedModule>) => plansOver(() => model, layers * 7, row);

  it('mola has an entry a layer, none below top_k, and says what it changed', () =>
    check(plans(rows), async (plan) => {
      for (const topK of [1, 2, 4]) {
        const { text, losses } = await write('mola', plan, { topK });
        const { ranks, experts, top } = molaLists(text);
        for (const list of [ranks, experts, top]) assert.equal(list.length, layers);
        assert.ok(ranks.every((rank) => Number.isInteger(rank) && rank > 0));
        assert.ok(experts.every((count) => Number.isInteger(count) && count >= topK));
        assert.deepEqual([...new Set(top)], [topK]);
        const differs = model.modules.some(({ path, layer }) => {
          const row = plan.modules[path];
          if (!row || row.experts === 0) return experts[layer]! > 0;
          return row.rank !== ranks[layer] || row.experts !== experts[layer];
        });
        if (differs) assert.ok(losses.length > 0);
      }
    }));

  it('mola gives a plan whose layers are even, up to the layers that it lifts', () =>
    check(
      fc
        .array(
          fc.record({ experts: fc.integer({ min: 0, max: 8 }), rank: fc.integer({ min: 1, max: 16 }) }),
          { minLength: layers, maxLength: layers },
        )
        .filter((all) => all.some(({ experts }) => experts > 0))
        .map((all) => ({
          modules: Object.fromEntries(
            model.modules.flatMap(({ path, layer }) =>
              /q_proj|v_proj/.test(path) ? [[path, { ...all[layer]!, alpha: 2 * all[layer]!.rank }]] : [],
            ),
          ),
          shared: [],
        })),
      async (plan) => {
        const { text, losses } = await write('mola', plan);
        const { ranks, experts, names } = molaLists(text);
        assert.deepEqual(names, ['q_proj', 'v_proj']);
        const lifted: number[] = [];
        for (const { path, layer } of model.modules) {
          const row = plan.modules[path];
          if (!row) continue;
          if (row.experts >= 2) assert.equal(experts[layer], row.experts);
          else if (!lifted.includes(layer)) lifted.push(layer);
          if (row.experts > 0) assert.equal(ranks[layer], row.rank);
        }
        const said = losses.filter((loss) => /^MoLA leaves no layer out|^A layer has top_k/.test(loss));
        const numbers = said.flatMap((loss) =>
          /layers? ([\d, ]+)(?:,| go)/
            .exec(loss)![1]!
            .split(',')
            .filter((part) => part.trim() !== '')
            .map(Number),
        );
        assert.deepEqual(
          numbers.sort((a, b) => a - b),
          lifted,
        );
      },
    ));

  it('modules-json has the experts of each module, and a second file the rank of each expert', () =>
    check(plans(rows), async (plan) => {
      const { text, second, losses } = await write('modules-json', plan);
      const wanted = planned(plan);
      assert.deepEqual(
        JSON.parse(text),
        Object.fromEntries(wanted.map(({ path, experts }) => [path, experts])),
      );
      const ranks = JSON.parse(second!.text) as Record<string, number>;
      assert.equal(
        Object.keys(ranks).length,
        wanted.reduce((sum, { experts }) => sum + experts, 0),
      );
      for (const { path, rank, experts } of wanted) {
        for (let index = 0; index < experts; index++)
          assert.equal(ranks[`${path}.expertlora_E_vector_${index}`], rank);
      }
      assert.ok(losses.some((loss) => loss.includes('alphas')));
    }));

  it('lily gives the plan that Lily was allocated, in its own groups', () =>
    check(
      fc
        .record({
          strideA: fc.integer({ min: 1, max: layers }),
          numB: fc.integer({ min: 1, max: 6 }),
          targets: fc.subarray(['q_proj', 'v_proj', 'up_proj', 'down_proj'], { minLength: 1 }),
          rank: fc.integer({ min: 1, max: 32 }),
          share: fc.constantFrom(0.5, 1),
        })
        .map(({ strideA, numB, targets, rank, share }) => {
          const { plan } = allocate({
            method: 'lily',
            modules: model.modules,
            targets,
            adapter: { rank, alpha: rank, experts: 1 },
            budget: { layers: { share } },
            scores: [],
            options: { strideA, numB },
          });
          return plan;
        }),
      async (plan) => {
        const { text, losses } = await write('lily', plan);
        const [config] = readTrainerConfigs(text, 'json').configs;
        assert.equal(config!.kind, 'lily');
        const { settings } = config!;
        const read = resolve(config!, base).modules;
        assert.deepEqual(
          read.map(({ path, rank }) => [path, rank]),
          planned(plan).map(({ path, rank }) => [path, rank]),
        );
        const pool = plan.shared.find(({ tensor }) => tensor === 'B')!.count;
        assert.equal(settings.lily!.numB, Math.max(2, pool));
        assert.equal(
          losses.some((loss) => loss.includes("one number of B's")),
          pool === 1,
        );
        const groups = plan.shared.filter(({ tensor }) => tensor === 'A').map(({ members }) => members);
        const again = new Map<string, string[]>();
        for (const { path, layer } of read) {
          const key = `${path.slice(path.lastIndexOf('.'))} ${Math.floor(layer! / settings.lily!.strideA)}`;
          again.set(key, [...(again.get(key) ?? []), path]);
        }
        const sorted = (all: readonly (readonly string[])[]): string[] =>
          all.map((one) => [...one].sort().join()).sort();
        assert.deepEqual(sorted([...again.values()].filter((one) => one.length > 1)), sorted(groups));
        const isApart =
          Array.isArray(settings.targets.target_modules) &&
          settings.targets.target_modules.some((name) => name.includes('layers.'));
        assert.equal(
          losses.some((loss) => loss.includes('tensors of their own')),
          isApart,
        );
      },
      60,
    ));
});

function molaLists(text: string): { ranks: number[]; experts: number[]; top: number[]; names: string[] } {
  const list = (name: string): string[] => new RegExp(`--${name} "([^"]*)"`).exec(text)![1]!.split(',');
  return {
    ranks: list('lora_r').map(Number),
    experts: list('number_experts').map(Number),
    top: list('top_k').map(Number),
    names: list('lora_target_modules'),
  };
}
