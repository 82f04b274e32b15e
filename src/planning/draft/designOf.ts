import type { PlanFile } from '../../shared/planFile';
import type { ExperimentMethod, Module, PlannedModule } from '../../shared/words';
import type { Design } from '../planRequest';

/**
 * A design that a plan may be of, where its experiment is not there to ask: what its rows tell of targets, rank and experts,
 * without a budget.
 */
export function designOf(
  { method, plan }: Pick<PlanFile, 'method' | 'plan'>,
  modules: readonly Module[],
): Design {
  const rows = Object.entries(plan.modules).filter(([, { experts }]) => experts > 0);
  const known = new Set(modules.map(({ path }) => path));
  const named = rows.flatMap(([path]) => (known.has(path) ? [lastName(path)] : []));
  const all = named.length > 0 ? named : modules.map(({ path }) => lastName(path));
  const [usual] = commonest(rows.map(([, row]) => row));
  return {
    method: trainedBy(
      method,
      plan,
      rows.map(([, row]) => row),
    ),
    adapter: {
      targets: [...new Set(all)],
      rank: usual?.rank ?? 8,
      alpha: usual?.alpha ?? 16,
      experts: Math.max(1, ...rows.map(([, { experts }]) => experts)),
    },
    budget: {},
    plan,
  };
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

function trainedBy(
  method: PlanFile['method'],
  { shared }: PlanFile['plan'],
  rows: readonly PlannedModule[],
): ExperimentMethod {
  if (shared.length > 0) return 'lily';
  if (method === 'lora-smoe') return 'lora-smoe';
  return rows.some(({ experts }) => experts > 1) ? 'floe' : 'lora';
}

/** Rows by how often their rank and alpha come, the commonest first. */
function commonest(rows: readonly PlannedModule[]): PlannedModule[] {
  const groups = new Map<string, PlannedModule[]>();
  for (const row of rows) {
    const key = `${row.rank} ${row.alpha}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).flatMap(([first]) => first ?? []);
}
