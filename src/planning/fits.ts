import { LabError } from '../shared/errors';
import type { Candidate, Problem, Shares } from './problem';

/** Whether shares and locked rows together keep the limit on parameters. */
export function fits(problem: Problem, kept: readonly Candidate[], shares: Shares): boolean {
  let parameters = problem.locked.parameters;
  for (const { module } of kept) parameters += problem.cost(module, shares.get(module.path) ?? 0);
  return parameters <= problem.limits.parameters;
}

/** The error where not even the least plan of a method keeps the budget. */
export const tooSmall = ({ limits }: Problem): LabError => {
  const named = [
    `${limits.layers} layers`,
    ...(Number.isFinite(limits.experts) ? [`${limits.experts} experts`] : []),
    ...(Number.isFinite(limits.parameters)
      ? [`${limits.parameters.toLocaleString('en-US')} parameters`]
      : []),
  ];
  return new LabError(
    'budget-too-small',
    `Not even the smallest plan keeps the budget of ${named.join(' and ')}.`,
    'Raise the budget, lower adapter.rank or name fewer targets.',
  );
};
