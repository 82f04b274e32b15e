import { proposers } from '../../src/search/proposers';
import type { Point } from '../../src/search/space';
import { applyStudyEvent, newStudy, type Study } from '../../src/search/study';
import { proposerNames, type StudySettings, type UnstampedStudyEvent } from '../../src/search/studyEvents';

/** What every point of a grid came to. */
export interface SearchTable {
  readonly task: string;
  readonly points: readonly {
    readonly point: Point;
    /** Trainable ones. */
    readonly parameters: number;
    readonly seeds: readonly { readonly seed: number; readonly loss: number; readonly accuracy: number }[];
  }[];
}

const searches = 50;
const tolerance = 0.01;

type Proposer = StudySettings['proposer'];

/**
 * Searches over tables: nothing is trained.
 * @param sizeShare what the largest adapter must be better by, as a share of the range of losses
 */
export function compareProposers(given: readonly SearchTable[], sizeShare: number) {
  const tables = given.map((table) => withSize(table, sizeShare));
  const of = (proposer: Proposer) => {
    const runs = tables.flatMap((table) =>
      Array.from({ length: searches }, (_, seed) => ({ table, losses: lossesOf(table, proposer, seed) })),
    );
    const curve = Array.from({ length: tables[0]?.points.length ?? 0 }, (_, evaluation) =>
      mean(runs.map(({ table, losses }) => Math.min(...losses.slice(0, evaluation + 1)) / bestOf(table) - 1)),
    );
    return {
      evaluations: Number(mean(runs.map(({ table, losses }) => evaluationsUntil(losses, table))).toFixed(2)),
      byTask: Object.fromEntries(
        tables.map((table) => [
          table.task,
          Number(
            mean(
              runs.filter((run) => run.table === table).map(({ losses }) => evaluationsUntil(losses, table)),
            ).toFixed(2),
          ),
        ]),
      ),
      regretPercent: curve.map((regret) => Number((100 * regret).toFixed(3))),
    };
  };
  const figures = Object.fromEntries(proposerNames.map((proposer) => [proposer, of(proposer)]));
  return {
    ...{ searches, withinPercent: 100 * tolerance, points: tables[0]?.points.length },
    best: Object.fromEntries(tables.map((table) => [table.task, bestPoint(table)])),
    near: Object.fromEntries(tables.map((table) => [table.task, nearBest(table)])),
    proposers: figures,
    gaussianToTpe: Number((figures['gaussian']!.evaluations / figures['tpe']!.evaluations).toFixed(2)),
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

type Row = SearchTable['points'][number] & { readonly objective: number };
interface Objectives {
  readonly task: string;
  readonly points: readonly Row[];
}

function withSize({ task, points }: SearchTable, sizeShare: number): Objectives {
  const losses = points.map(({ seeds }) => mean(seeds.map(({ loss }) => loss)));
  const weight = sizeShare * (Math.max(...losses) - Math.min(...losses));
  const largest = Math.max(...points.map(({ parameters }) => parameters));
  const rows = points.map((point, index) => ({
    ...point,
    objective: (losses[index] ?? NaN) + (weight * point.parameters) / largest,
  }));
  return { task, points: rows };
}

const lossOf = ({ objective }: Row): number => objective;
const bestPoint = (table: Objectives): Point =>
  table.points.find((row) => row.objective === bestOf(table))!.point;
const bestOf = ({ points }: Objectives): number => Math.min(...points.map(lossOf));

/** How many points are within the tolerance of the best: with many, every search is a short one. */
const nearBest = (table: Objectives): number =>
  table.points.filter((point) => lossOf(point) <= (1 + tolerance) * bestOf(table)).length;

const evaluationsUntil = (losses: readonly number[], table: Objectives): number =>
  1 + losses.findIndex((loss) => loss <= (1 + tolerance) * bestOf(table));

/** The losses that a search meets, in its order. */
function lossesOf(table: Objectives, proposer: Proposer, seed: number): number[] {
  let study: Study = newStudy(settingsOf(table, proposer, seed));
  const record = (event: UnstampedStudyEvent): void => {
    study = applyStudyEvent(study, { at: '', ...event });
  };
  const losses: number[] = [];
  // By the proposers themselves: `nextStep` would also stop where too little is to be gained.
  while (losses.length < table.points.length) {
    record({ type: 'proposed', proposals: proposers[proposer](study, 1) });
    for (const { number, point } of study.trials.slice(losses.length)) {
      const row = table.points.find((one) => keyOf(one.point) === keyOf(point))!;
      losses.push(lossOf(row));
      record({ type: 'told', trial: number, seed: 1, value: lossOf(row) });
    }
  }
  return losses;
}

const keyOf = ({ rank, layers }: Point): string => `${rank} ${layers}`;

function settingsOf({ task, points }: Objectives, proposer: Proposer, seed: number): StudySettings {
  const values = (name: string): number[] =>
    [...new Set(points.map(({ point }) => point[name] ?? 0))].sort((a, b) => a - b);
  const [ranks, layers] = [values('rank'), values('layers')];
  const costOf = (rank: number, share: number): number =>
    points.find(({ point }) => point['rank'] === rank && point['layers'] === share)?.parameters ?? 0;
  return {
    ...{ name: task, proposer, seed, batch: 1, evaluations: points.length, seeds: [1], startup: 10 },
    space: {
      dimensions: [
        { name: 'rank', scale: 'log2', candidates: ranks },
        { name: 'layers', scale: 'linear', candidates: layers },
      ],
      costs: ranks.flatMap((rank) => layers.map((share) => costOf(rank, share))),
    },
    objective: { metric: 'loss', direction: 'minimize', sizeWeight: 0 },
  };
}
