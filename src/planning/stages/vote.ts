import { attentionRoles, type Module, type Role } from '../../shared/words';
import type { Grouping } from '../options';
import { percentile } from './percentile';

/** The modules that share a threshold, as lists of indices. */
export function groupsOf(modules: readonly Pick<Module, 'role'>[], grouping: Grouping): number[][] {
  const nameOf = (role: Role): string =>
    grouping === 'type'
      ? role
      : grouping === 'pooled'
        ? 'all'
        : attentionRoles.includes(role)
          ? 'attention'
          : 'mlp';
  const groups = new Map<string, number[]>();
  modules.forEach(({ role }, index) => {
    const name = nameOf(role);
    groups.set(name, [...(groups.get(name) ?? []), index]);
  });
  return [...groups.values()];
}

/**
 * LoRA-SMoE's number of experts (arXiv 2505.06272): as many as tasks whose score of the module is above the q-th quantile of
 * its group, strictly. So each is at most the number of tasks, and a larger q never raises one.
 *
 * @param tasks one array a task, scores of the modules
 * @param groups indices into them
 */
export function vote(
  tasks: readonly (readonly number[])[],
  groups: readonly number[][],
  q: number,
): number[] {
  const votes = new Array<number>(tasks[0]?.length ?? 0).fill(0);
  for (const scores of tasks) {
    for (const group of groups) {
      const values = group.map((index) => scores[index] ?? 0).sort((a, b) => a - b);
      const threshold = percentile(values, q);
      for (const index of group) {
        if ((scores[index] ?? 0) > threshold) votes[index] = (votes[index] ?? 0) + 1;
      }
    }
  }
  return votes;
}

/** Every quantile at which the votes can change, rising from 0; below 1, where no module has any. */
export function quantilesOf(groups: readonly number[][]): number[] {
  const sizes = new Set(groups.map(({ length }) => length - 1));
  const all = [...sizes].flatMap((last) => Array.from({ length: last }, (_, place) => place / last));
  return [...new Set(all)].sort((a, b) => a - b);
}

/**
 * A single task's samples as several tasks: means over contiguous parts of them, whose order is a seeded shuffle. Ours: LoRA-SMoE
 * has eight tasks.
 *
 * @param perSample [sample][module]
 */
export function foldsOf(perSample: readonly (readonly number[])[], folds: number): number[][] {
  const count = Math.min(folds, perSample.length);
  const start = (fold: number): number => Math.floor((fold * perSample.length) / count);
  return Array.from({ length: count }, (_, fold) => {
    const part = perSample.slice(start(fold), start(fold + 1));
    return (part[0] ?? []).map(
      (_, module) => part.reduce((sum, row) => sum + (row[module] ?? 0), 0) / part.length,
    );
  });
}
