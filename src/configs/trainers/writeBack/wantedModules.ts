import type { BaseModel, Matrix } from '../../../files/baseModel';
import type { RankAndAlpha } from '../../../peft/config';
import { LabError } from '../../../shared/errors';
import type { Plan, PlannedModule } from '../../../shared/words';

/** A matrix with what the plan gives it. */
export interface WantedModule extends RankAndAlpha {
  readonly matrix: Matrix;
}

/** What a plan asks of a trainer, by the names that PEFT matches. */
export interface Wanted {
  /** By path in the class, in the model's order; each has a rank above 0. */
  readonly modules: ReadonlyMap<string, WantedModule>;
  readonly losses: readonly string[];
}

/**
 * @param base whose files the plan's paths are of
 * @throws LabError `plan-outdated` where the model lacks a module of the plan, `plan-missing` where none has an adapter
 */
export function wantedModules(plan: Plan, base: BaseModel): Wanted {
  const rows = adaptedRows(plan);
  const modules = new Map<string, WantedModule>();
  const routed: { matrix: Matrix; row: PlannedModule }[] = [];
  for (const matrix of base.matrices) {
    // Plans have the names of the model's files; the class may have others.
    const row = rows.get(matrix.checkpointPath);
    if (!row) continue;
    rows.delete(matrix.checkpointPath);
    modules.set(matrix.path, { matrix, rank: row.rank, alpha: row.alpha });
    if (row.experts > 1) routed.push({ matrix, row });
  }
  const [missing] = rows.keys();
  if (missing !== undefined) {
    throw new LabError(
      'plan-outdated',
      `The plan has a module ${missing}, which the base model of the file does not have.`,
      'Name the model that the plan was made for, or allocate again.',
    );
  }
  return { modules, losses: routed.length > 0 ? [expertLoss(routed, modules.size)] : [] };
}

/**
 * The modules of a plan that get an adapter, by path in the model's files.
 * @throws LabError `plan-missing` where none does
 */
export function adaptedRows(plan: Plan): Map<string, PlannedModule> {
  const rows = Object.entries(plan.modules).filter(([, { rank, experts }]) => rank > 0 && experts > 0);
  if (rows.length > 0) return new Map(rows);
  throw new LabError(
    'plan-missing',
    'The plan gives no module an adapter.',
    'Allocate with a larger budget.',
  );
}

function expertLoss(routed: readonly { matrix: Matrix; row: PlannedModule }[], all: number): string {
  const experts = routed.map(({ row }) => row.experts);
  const fewer = routed.reduce(
    (sum, { matrix, row }) =>
      sum + (row.experts - 1) * numbers(matrix, row.rank) + row.experts * matrix.inFeatures,
    0,
  );
  return (
    `No trainer takes experts: ${routed.length} of ${all} modules with ${span(experts)} experts become one adapter each, ` +
    `${signed(-fewer)} parameters.`
  );
}

/** Numbers in A and B. */
export const numbers = ({ inFeatures, outFeatures }: Matrix, rank: number): number =>
  rank * (inFeatures + outFeatures);

export const parametersOf = (modules: Iterable<WantedModule>): number =>
  [...modules].reduce((sum, { matrix, rank }) => sum + numbers(matrix, rank), 0);

/** `4 to 16`, or `8`. */
export function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) =>
    Number(value.toPrecision(4)),
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

/** `+40,960`, `-12`, `+0`. */
export const signed = (count: number): string =>
  `${count < 0 ? '-' : '+'}${Math.abs(count).toLocaleString('en-US')}`;
