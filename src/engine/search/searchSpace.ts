import type { Experiment } from '../../configs/experiment/experiment';
import { experimentName } from '../../files/runs';
import { allocate } from '../../planning/allocate';
import { budgetLimits } from '../../planning/budget';
import { withMlpRank } from '../../planning/mlpRank';
import { planRequest } from '../../planning/planRequest';
import { makeSpace, unaffordable, type Dimension, type Point, type Space } from '../../search/space';
import type { StudySettings } from '../../search/studyEvents';
import { LabError, toLabError } from '../../shared/errors';
import type { PlanFile } from '../../shared/planFile';
import type { ScoreFile } from '../../shared/scoreFile';
import type { ExperimentMethod } from '../../shared/words';

/** Methods that train in every layer: which ones to leave out is nothing to search. */
const ofAllLayers: readonly ExperimentMethod[] = ['lily', 'dynamic-lora'];
const withExperts: readonly ExperimentMethod[] = ['floe', 'lora-smoe'];

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
  const { adapter, budget } = experiment;
  const { rank = adapter.rank, experts = adapter.experts, layers } = point;
  const there: Experiment = {
    ...experiment,
    adapter: { ...adapter, rank, experts, alpha: (adapter.alpha * rank) / adapter.rank },
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
  const { search, tasks, file } = experiment;
  const dimensions = dimensionsOf(experiment, layersOf(scores));
  const space = spaceOf(dimensions, experiment, scores);
  const classifies = tasks.every(({ kind }) => kind !== 'causal-lm');
  const seeds = seedsOf(experiment);
  return {
    name: experimentName(file),
    space,
    proposer: search.proposer,
    seed: seeds[0] ?? 1,
    batch: search.batch,
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

/** The first of the experiment's seeds, each once. */
const seedsOf = ({ search, train }: Experiment): number[] => [...new Set(train.seeds)].slice(0, search.seeds);

/**
 * Says before anything is scored what a search could not do.
 * @throws LabError option-invalid
 */
export function requireSearchable(experiment: Experiment): void {
  const { search, method } = experiment;
  const refuse = (what: string, next: string): LabError => new LabError('option-invalid', what, next);
  if (method === 'adalora') {
    throw refuse(
      'Ranks of the method adalora move while it trains: there is no one rank to search.',
      'Set adalora.target_r, or search with the method lora.',
    );
  }
  if (search.experts !== undefined && !withExperts.includes(method)) {
    throw refuse(`search.experts is given, but the method ${method} has no experts.`, 'Remove it.');
  }
  if (search.mlpRanks !== undefined && method === 'lily') {
    throw refuse(
      'search.mlp_ranks is given, but the method lily has one rank for all modules.',
      'Remove it.',
    );
  }
  const seeds = seedsOf(experiment).length;
  if (seeds < search.seeds) {
    throw refuse(
      `search.seeds asks for ${search.seeds} seeds a trial, and train.seeds has ${seeds}.`,
      'Add seeds to train.seeds, or lower search.seeds.',
    );
  }
}

/** The experiment at the smallest of what its search chooses from: what does not fit here fits nowhere. */
export function smallestOf(experiment: Experiment): Experiment {
  const { adapter, search } = experiment;
  const experts = Math.min(...(search.experts ?? [adapter.experts]));
  const rank = Math.min(...search.ranks);
  return {
    ...experiment,
    adapter: { ...adapter, rank, experts, alpha: (adapter.alpha * rank) / adapter.rank },
  };
}

/** @param count layers of the model */
export function dimensionsOf({ search, method, budget }: Experiment, count: number): readonly Dimension[] {
  const rising = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);
  const shares = search.layers.map((layers) => ('share' in layers ? layers.share : layers.count / count));
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
  const limit = budgetLimits(experiment.budget, layersOf(scores)).parameters;
  const affordable = costs.filter((cost) => cost < unaffordable && cost <= limit);
  if (affordable.length === 0) {
    throw new LabError(
      'budget-too-small',
      'No rank and share of layers of the search keeps the budget.',
      'Raise the budget, or list smaller ranks under search.',
    );
  }
  // What all sizes are measured by (search.size_weight): the budget, or where it has no such limit, the largest plan.
  const costLimit = Number.isFinite(limit) ? limit : Math.max(...affordable);
  return { dimensions: [...dimensions], costs, costLimit };
}

const layersOf = (scores: readonly ScoreFile[]): number =>
  Math.max(1, ...(scores[0]?.layers ?? []).map(({ layer }) => layer + 1));

function costOf(experiment: Experiment, scores: readonly ScoreFile[]): (point: Point) => number {
  return (point) => {
    try {
      const { plan } = experimentAt(experiment, scores, point);
      // Lily's plan lowers its one rank for a budget, or takes a locked row's: that is another point, or none.
      const isAnother =
        experiment.method === 'lily' &&
        Object.values(plan.plan.modules).some(({ rank }) => rank !== point['rank']);
      return isAnother ? unaffordable : plan.totals.parameters;
    } catch (thrown) {
      // A point that no plan fits is none; whatever else is wrong is so at every point.
      if (toLabError(thrown).code === 'budget-too-small') return unaffordable;
      throw thrown;
    }
  };
}
