import type { RunState } from '../../../src/shared/runState';
import { scoreView } from '../scores';
import { csvLines } from './csv';

/** All that is known of every module as CSV with full precision: each task's score, their combination, and the plan. */
export function modulesCsv(run: RunState): string {
  const measured = run.tasks.filter((task) => task.scores.length > 0);
  const combined = measured.length > 1 ? scoreView(run, undefined).values : undefined;
  const head = [
    'layer',
    'role',
    'module',
    'in_features',
    'out_features',
    ...measured.flatMap((task) => [`score ${task.name}`, `standard_error ${task.name}`]),
    ...(combined ? ['combined_share'] : []),
    ...(run.plan ? ['rank', 'alpha', 'experts', 'locked'] : []),
  ];
  const rows = run.modules.map((module, place) => {
    const planned = run.plan?.plan.modules[module.path];
    return [
      module.layer,
      module.role,
      module.path,
      module.inFeatures,
      module.outFeatures,
      ...measured.flatMap((task) => [task.scores[place], task.standardErrors[place]]),
      ...(combined ? [combined[place]] : []),
      ...(run.plan ? [planned?.rank, planned?.alpha, planned?.experts ?? 0, planned?.locked ? 1 : 0] : []),
    ];
  });
  return csvLines([head, ...rows]);
}
