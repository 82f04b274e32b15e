import type { RunState } from '../../src/shared/runState';
import { scoreView } from './scores';

/** All module scores as CSV with full precision: every task, their combination, and the plan where there is one. */
export function scoresCsv(run: RunState): string {
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
    ...(run.plan ? ['rank', 'alpha', 'experts'] : []),
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
      ...(run.plan ? [planned?.rank, planned?.alpha, planned?.experts ?? 0] : []),
    ];
  });
  return [head, ...rows].map((row) => `${row.map(csvField).join(',')}\r\n`).join('');
}

/** One field after RFC 4180: quoted where it holds a comma, a quote or a line break; empty for nothing. */
export function csvField(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
