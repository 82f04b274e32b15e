import type { Experiment } from '../../configs/experiment/experiment';
import { experimentName } from '../../files/runs';
import { allocate } from '../../planning/allocate';
import { budgetLimits } from '../../planning/budget';
import { withMlpRank } from '../../planning/mlpRank';
import { planRequest } from '../../planning/planRequest';
import { makeSpace, type Dimension, type Point, type Space } from '../../search/space';
import type { StudySettings } from '../../search/studyEvents';
import { LabError, toLabError } from '../../shared/errors';
import type { PlanFile } from '../../shared/planFile';
import type { ScoreFile } from '../../shared/scoreFile';
import type { ExperimentMethod } from '../../shared/words';

/** Methods that train in every layer: which ones to leave out is nothing to search. */
const ofAllLayers: readonly ExperimentMethod[] = ['lily', 'dynamic-lora', 'adalora'];
/** Whose adapters have no ranks by module. */
const ofOneRank: readonly ExperimentMethod[] = ['lily', 'adalora'];
const withExperts: readonly ExperimentMethod[] = ['floe', 'lora-smoe'];

/** AdaLoRA begins with half as much again as it ends with (PEFT: init_r 12, target_r 8). */
const surplus = 1.5;

/** More than any adapter has: the cost of points that no plan fits. */
const unaffordable = Number.MAX_SAFE_INTEGER;

/** An experiment as it would be trained at a point of its search. */
export interface SearchedPoint {
  readonly experiment: Experiment;
  readonly plan: PlanFile;
}

/**
 * The experiment at a point: rank, experts and layers as the point says, the scale alpha / rank as the experiment has it, and
 * the plan that its method then makes of the scores under the other limits of the budget.
 *
 * @throws LabError as `allocate` does
 */
export function experimentAt(
  experiment: Experiment,
  scores: readonly ScoreFile[],
  point: Point,
): SearchedPoint {
  const { adapter, adalora, budget } = experiment;
  const { rank = adapter.rank, experts = adapter.experts, layers } = point;
  const there: Experiment = {
    ...experiment,
    adapter: { ...adapter, rank, experts, alpha: (adapter.alpha * rank) / adapter.rank },
    adalora: { ...adalora, targetR: rank, initR: Math.ceil(surplus * rank) },
    budget: layers === undefined ? budget : { ...budget, layers: { share: layers } },
  };
  const request = planRequest(there, scores);
  const allocated = allocate(request);
  const plan =
    point['mlp_rank'] === undefined ? allocated : withMlpRank(allocated, request, point['mlp_rank']);
  return { experiment: { ...there, plan: plan.plan }, plan };
}

/**
 * What a search of an experiment chooses from, and how it does.
 * @throws LabError option-invalid, budget-too-small
 */
export function studySettings(experiment: Experiment, scores: readonly ScoreFile[]): StudySettings {
  const { search, train, tasks, file } = experiment;
  const dimensions = dimensionsOf(experiment, scores);
  const space = spaceOf(dimensions, experiment, scores);
  const classifies = tasks.every(({ kind }) => kind !== 'causal-lm');
  const seeds = train.seeds.slice(0, search.seeds);
  return {
    name: experimentName(file),
    space,
    proposer: search.proposer,
    seed: train.seeds[0] ?? 1,
    batch: 1,
    evaluations: search.evaluations,
    seeds,
    objective: {
      metric: classifies ? 'accuracy' : 'loss',
      direction: classifies ? 'maximize' : 'minimize',
      sizeWeight: search.sizeWeight,
    },
    startup: Math.max(1, Math.min(10, Math.floor(search.evaluations / 3))),
  };
}

function dimensionsOf(
  { search, method, budget }: Experiment,
  scores: readonly ScoreFile[],
): readonly Dimension[] {
  const count = layersOf(scores);
  const rising = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  const shares = search.layers.map((layers) => ('share' in layers ? layers.share : layers.count / count));
  const refuse = (key: string, why: string): LabError =>
    new LabError(
      'option-invalid',
      `search.${key} is given, but the method ${method} has ${why}.`,
      'Remove it, or use another method.',
    );
  if (search.experts !== undefined && !withExperts.includes(method)) throw refuse('experts', 'no experts');
  if (search.mlpRanks !== undefined && ofOneRank.includes(method)) {
    throw refuse('mlp_ranks', 'one rank for all modules');
  }
  const most = budgetLimits(budget, count).layers / count;
  const allowed = shares.filter((share) => share <= most + 1e-9);
  return [
    { name: 'rank', scale: 'log2', candidates: rising(search.ranks) },
    ...(search.mlpRanks === undefined
      ? []
      : [{ name: 'mlp_rank', scale: 'log2', candidates: rising(search.mlpRanks) } as const]),
    ...(search.experts === undefined
      ? []
      : [{ name: 'experts', scale: 'log2', candidates: rising(search.experts) } as const]),
    ...(ofAllLayers.includes(method)
      ? []
      : [
          {
            name: 'layers',
            scale: 'linear',
            candidates: rising(allowed.length > 0 ? allowed : [most]),
          } as const,
        ]),
  ];
}

/** @throws LabError option-invalid, budget-too-small where no point has a plan */
function spaceOf(
  dimensions: readonly Dimension[],
  experiment: Experiment,
  scores: readonly ScoreFile[],
): Space {
  const { costs } = makeSpace(dimensions, costOf(experiment, scores));
  const affordable = costs.filter((cost) => cost < unaffordable);
  if (affordable.length === 0) {
    throw new LabError(
      'budget-too-small',
      'No rank and share of layers of the search keeps the budget.',
      'Raise the budget, or list smaller ranks under search.',
    );
  }
  // What all sizes are measured by (search.size_weight): the budget, or where it has no such limit, the largest plan.
  const limit = budgetLimits(experiment.budget, layersOf(scores)).parameters;
  const costLimit = Number.isFinite(limit) ? limit : Math.max(...affordable);
  return { dimensions: [...dimensions], costs, costLimit };
}

const layersOf = (scores: readonly ScoreFile[]): number =>
  Math.max(1, ...(scores[0]?.layers ?? []).map(({ layer }) => layer + 1));

function costOf(experiment: Experiment, scores: readonly ScoreFile[]): (point: Point) => number {
  return (point) => {
    try {
      return experimentAt(experiment, scores, point).plan.totals.parameters;
    } catch (thrown) {
      // A point that no plan fits is none; whatever else is wrong is so at every point.
      if (toLabError(thrown).code === 'budget-too-small') return unaffordable;
      throw thrown;
    }
  };
}
