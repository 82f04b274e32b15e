import type { Experiment } from '../../../src/configs/experiment/experiment';
import { allocate } from '../../../src/planning/allocate';
import { armsOf } from '../../../src/planning/controls/arms';
import { adapterForm, planParameters } from '../../../src/planning/parameters';
import { planRequest } from '../../../src/planning/planRequest';
import type { ScoreFile } from '../../../src/shared/scoreFile';
import type { Estimator, ExperimentMethod, Module, Plan } from '../../../src/shared/words';

/** What is compared; `lora` and `uniform` are the controls of methods without and with experts. */
export const cellNames = [
  ...([
    'uniform',
    'floe',
    'floe-gates',
    'lora-smoe',
    'proportional',
    'random',
    'last',
    'all-layers',
  ] as const),
  ...(['lora', 'lily', 'dynamic-lora', 'adalora'] as const),
] as const;
export type CellName = (typeof cellNames)[number];
export const shares = [0.25, 0.5] as const;
export type Share = (typeof shares)[number];

/** One cell of the table, on one task: what is trained with each seed. */
export interface Cell {
  readonly name: CellName;
  readonly method: ExperimentMethod;
  readonly parameters: number;
  readonly planFor: (seed: number) => Plan;
}

/** What each method reckons its plan from. */
export const estimatorOf: Readonly<Partial<Record<CellName, Estimator>>> = {
  'floe-gates': 'gate-fisher',
  'lora-smoe': 'sensitivity',
};
export const controlOf = (name: CellName): CellName =>
  ['lily', 'dynamic-lora', 'adalora', 'lora'].includes(name) ? 'lora' : 'uniform';

/**
 * Ranks that come nearest to the size of all: LoRA-SMoE gives a module an expert for each vote, which are too large at rank 8; Lily
 * lowers its rank to what fits.
 */
const rankOf: Readonly<Partial<Record<CellName, number>>> = { 'lora-smoe': 2, lily: 64 };

/**
 * The cells of one task and share of layers. FLoE keeps that share; what it comes to in parameters is the size of all others.
 *
 * @param scores of the task, by estimator
 */
export function cellsOf(
  experiment: Experiment,
  modules: readonly Module[],
  scores: ReadonlyMap<Estimator, ScoreFile>,
  share: Share,
): Cell[] {
  const allocated = (name: CellName, method: ExperimentMethod, limit: Experiment['budget']): Plan => {
    const score = scores.get(estimatorOf[name] ?? 'fisher');
    const rank = rankOf[name] ?? experiment.adapter.rank;
    const adapter = { ...experiment.adapter, rank, alpha: 2 * rank };
    const design = { ...experiment, method, adapter, budget: limit };
    const request = planRequest(design, score === undefined ? [] : [score]);
    return allocate(name === 'proportional' ? { ...request, method: 'proportional' } : request).plan;
  };
  const floe = allocated('floe', 'floe', { layers: { share } });
  const parameters = planParameters(floe, modules, adapterForm('floe'));
  const cell = (name: CellName, method: ExperimentMethod, plan: Plan): Cell => ({
    ...{ name, method, planFor: () => plan },
    parameters: planParameters(plan, modules, adapterForm(method)),
  });
  const controls = (method: ExperimentMethod) =>
    armsOf({ ...experiment, method }, floe, modules, ['uniform', 'random', 'all-layers']).arms;
  const [, uniform, random, all] = controls('floe');
  // Plain LoRA of FLoE's size; what has no experts is held against it.
  const plain = largestUniform(experiment, modules, 'lora', parameters);
  const targetR = largestUniform(experiment, modules, 'adalora', parameters);
  return [
    cell('uniform', 'floe', uniform!.planFor(1)),
    cell('floe', 'floe', floe),
    cell('floe-gates', 'floe', allocated('floe-gates', 'floe', { layers: { share } })),
    cell('lora-smoe', 'lora-smoe', allocated('lora-smoe', 'lora-smoe', { parameters })),
    cell('proportional', 'floe', allocated('proportional', 'floe', { parameters })),
    { name: 'random', method: 'floe', parameters, planFor: random!.planFor },
    cell('last', 'floe', inLastLayers(floe, modules)),
    // The same for each share: what everything comes to.
    cell('all-layers', 'floe', all!.planFor(1)),
    cell('lora', 'lora', plain.plan),
    cell('lily', 'lily', allocated('lily', 'lily', { parameters })),
    cell('dynamic-lora', 'dynamic-lora', plain.plan),
    // Its budget is what it ends with; it begins with half as much again.
    {
      ...cell('adalora', 'adalora', targetR.plan),
      planFor: () => withRank(targetR.plan, adaloraStart(targetR.rank)),
    },
  ];
}

/** AdaLoRA's rank at the start for one at the end: half as much again, as its paper has it. */
export const adaloraStart = (target: number): number => Math.ceil(1.5 * target);

const withRank = ({ modules }: Plan, rank: number): Plan => ({
  modules: Object.fromEntries(
    Object.entries(modules).map(([path, row]) => [
      path,
      { ...row, rank, alpha: (row.alpha / row.rank) * rank },
    ]),
  ),
  shared: [],
});

/** The largest rank that all targets can have within so many parameters. */
export function largestUniform(
  { adapter }: Experiment,
  modules: readonly Module[],
  method: ExperimentMethod,
  parameters: number,
): { plan: Plan; rank: number } {
  const rows = modules.filter(({ path }) => adapter.targets.some((target) => path.endsWith(`.${target}`)));
  const planOf = (rank: number): Plan => ({
    modules: Object.fromEntries(
      rows.map(({ path }) => [path, { rank, alpha: (adapter.alpha / adapter.rank) * rank, experts: 1 }]),
    ),
    shared: [],
  });
  let rank = 1;
  while (planParameters(planOf(rank + 1), modules, adapterForm(method)) <= parameters) rank++;
  return { plan: planOf(rank), rank };
}

/** A plan's layers, in their order, as the last ones of the model. */
function inLastLayers(plan: Plan, modules: readonly Module[]): Plan {
  const kept = [...new Set(modules.filter(({ path }) => plan.modules[path]).map(({ layer }) => layer))];
  const last = Math.max(...modules.map(({ layer }) => layer));
  const rows = modules.flatMap(({ path, layer }) => {
    const row = plan.modules[path];
    const to = last - kept.length + 1 + kept.indexOf(layer);
    return row === undefined ? [] : [[path.replace(`.${layer}.`, `.${to}.`), row] as const];
  });
  return { modules: Object.fromEntries(rows), shared: [] };
}
