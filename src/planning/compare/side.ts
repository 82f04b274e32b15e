import type { ComparedFact, ComparedPlan, Comparison } from '../../shared/comparison';
import { LabError } from '../../shared/errors';
import type { PlanTotals } from '../../shared/planFile';
import type { Module, Plan } from '../../shared/words';
import { uniformControl } from '../draft/uniformControl';
import { adapterForm } from '../parameters';
import type { Design } from '../planRequest';
import { planTotals } from '../totals';
import { planDifferenceWords } from './difference';
import { verdictWords, type Measured } from './measured';

/** One plan with what is known of it, before it is known what it is compared with. */
export interface Side {
  readonly title: string;
  /** Where it comes from, relative to the workspace. */
  readonly source: string;
  /** Of its model; none where the file by itself does not tell. */
  readonly modules: readonly Module[];
  readonly plan: Plan;
  /** As they were recorded; undefined where they are to be counted. */
  readonly totals: PlanTotals | undefined;
  /** What is trained by the plan. */
  readonly design: Design;
  /** Shares of the total score in the order of the modules; undefined where nothing was scored. */
  readonly scores: readonly number[] | undefined;
  readonly facts: readonly ComparedFact[];
  /** What its trainings came to. */
  readonly measured: Measured | undefined;
}

/**
 * Two plans side by side.
 *
 * @throws LabError `models-differ` where they are not of the same modules, or where neither tells of which it is
 */
export function comparisonOf(left: Side, right: Side): Comparison {
  const modules = left.modules.length > 0 ? left.modules : right.modules;
  if (modules.length === 0) {
    throw new LabError(
      'models-differ',
      `Neither ${left.title} nor ${right.title} tells which model it is of.`,
      'Compare one of them with a run of its model.',
    );
  }
  requireSame(modules, left, right);
  const [of, to] = [comparedOn(modules, left), comparedOn(modules, right)];
  return {
    ...{ left: of, right: to, modules },
    sentence: planDifferenceWords(of, to),
    verdict: verdictWords(left.measured, right.measured),
  };
}

/**
 * The uniform control of a plan: every target alike, with no more parameters.
 *
 * @throws LabError `budget-too-small` where no uniform plan is as small; `models-differ` where its model is not known
 */
export function controlSide(of: Side, title: string): Side {
  const { modules, design } = of;
  if (modules.length === 0) {
    throw new LabError(
      'models-differ',
      `${of.title} does not tell which model it is of, so it has no uniform control.`,
      'Take a plan in the folder of its run.',
    );
  }
  const control = uniformControl({ modules, design, scores: [] }, comparedOn(modules, of).totals.parameters);
  if (!control) {
    throw new LabError(
      'budget-too-small',
      `No uniform plan on ${design.adapter.targets.join(', ') || 'its targets'} is as small as ${of.title}.`,
      'Compare it with another plan.',
    );
  }
  return {
    ...{ title, source: of.source, modules, plan: control.plan, totals: undefined, design: plain(design) },
    ...{ scores: of.scores, facts: [{ name: 'Allocated by', text: 'uniform' }], measured: undefined },
  };
}

/** A control shares no tensors, whatever the design that it is a control of does. */
const plain = (design: Design): Design => (design.method === 'lily' ? { ...design, method: 'lora' } : design);

function comparedOn(modules: readonly Module[], side: Side): ComparedPlan {
  const { title, source, design, facts } = side;
  const known = new Set(modules.map(({ path }) => path));
  const rows = Object.entries(side.plan.modules);
  const plan: Plan = {
    modules: Object.fromEntries(rows.filter(([path]) => known.has(path))),
    shared: side.plan.shared,
  };
  const others = rows.flatMap(([path, { experts }]) => (known.has(path) || experts === 0 ? [] : [path]));
  return {
    ...{ title, source, plan },
    totals: side.totals ?? planTotals(plan, modules, adapterForm(design.method)),
    scores: side.scores && inOrder(modules, side.modules, side.scores),
    facts: [...facts, ...besideFact(others)],
  };
}

/** What is adapted and lies in no layer: the output head, embeddings. */
function besideFact([first, ...more]: readonly string[]): ComparedFact[] {
  if (first === undefined) return [];
  const text = `${first}${more.length === 0 ? '' : ` and ${more.length} more`}`;
  return [{ name: 'Beside the layers', text }];
}

function inOrder(
  modules: readonly Module[],
  own: readonly Module[],
  values: readonly number[],
): readonly number[] {
  if (modules === own) return values;
  const places = new Map(own.map(({ path }, place) => [path, place]));
  return modules.map(({ path }) => values[places.get(path) ?? -1] ?? 0);
}

function requireSame(modules: readonly Module[], left: Side, right: Side): void {
  for (const side of [left, right]) {
    const trouble = side.modules.length > 0 ? otherShape(modules, side.modules) : strange(modules, side.plan);
    if (trouble === undefined) continue;
    throw new LabError(
      'models-differ',
      `${left.title} and ${right.title} are of different models: ${trouble}.`,
      'Choose two plans of the same model.',
    );
  }
}

/** What of two models differs first, in words; undefined where they are the same. */
function otherShape(some: readonly Module[], others: readonly Module[]): string | undefined {
  const known = new Map(some.map((module) => [module.path, module]));
  for (const module of others) {
    const same = known.get(module.path);
    if (!same) return `only one of them has ${module.path}`;
    if (same.inFeatures !== module.inFeatures || same.outFeatures !== module.outFeatures)
      return `${module.path} is ${shape(same)} in one and ${shape(module)} in the other`;
  }
  const there = new Set(others.map(({ path }) => path));
  const missing = some.find(({ path }) => !there.has(path));
  return missing && `only one of them has ${missing.path}`;
}

const shape = ({ outFeatures, inFeatures }: Module): string => `${outFeatures} × ${inFeatures}`;

/** A plan that does not say its model has to have its rows on this one. */
function strange(modules: readonly Module[], plan: Plan): string | undefined {
  const known = new Set(modules.map(({ path }) => path));
  const first = Object.keys(plan.modules).find((path) => !known.has(path));
  return first && `only one of them has ${first}`;
}
