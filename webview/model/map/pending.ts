import type { Draft, RowChange } from '../../../src/shared/draft';
import type { RunState } from '../../../src/shared/runState';
import type { Plan, PlannedModule } from '../../../src/shared/words';
import { scaledAlpha } from '../../../src/shared/alpha';
import { usualRow } from './rowEdits';

type Rows = Readonly<Record<string, RowChange>>;

/**
 * The changes that were sent and not yet answered. They are shown at once, and the next step counts from them, so that keys
 * that are pressed faster than the host answers lose nothing. The host's drafts are the truth, and say which change they answer.
 */
export class Pending {
  private changes: readonly { readonly number: number; readonly rows: Rows }[] = [];

  /** @param number by which the change is answered */
  sent(rows: Rows, number: number): void {
    this.changes = [...this.changes, { number, rows }];
  }

  /** The host's draft has all changes up to this one, or refused them; undefined for none. */
  answered(number: number | undefined): void {
    if (number !== undefined) this.changes = this.changes.filter((change) => change.number > number);
  }

  forget(): void {
    this.changes = [];
  }

  /** The run with these changes in its plan, and with those that are only tried, as under a drag. */
  shownIn(run: RunState, draft: Pick<Draft, 'rankStabilized'> | undefined, tried: Rows = {}): RunState {
    const all = [...this.changes.map(({ rows }) => rows), tried];
    if (!run.plan || all.every((rows) => Object.keys(rows).length === 0)) return run;
    const plan = all.reduce(
      (before, rows) => withRows(before, rows, draft?.rankStabilized === true),
      run.plan.plan,
    );
    return { ...run, plan: { ...run.plan, plan } };
  }
}

/**
 * A plan with changed rows, as the host will make it: alpha goes along with the rank, and nothing changes where a row is locked.
 * A row that is new has the plan's usual scale until the host has said otherwise.
 */
export function withRows(plan: Plan, rows: Rows, rankStabilized = false): Plan {
  // The host refuses all of them then.
  if (Object.entries(rows).some(([path, { locked }]) => plan.modules[path]?.locked && locked !== false)) {
    return plan;
  }
  const modules: Record<string, PlannedModule> = { ...plan.modules };
  const usual = usualRow(plan);
  for (const [path, change] of Object.entries(rows)) {
    const before = modules[path] ?? usual;
    const { rank, experts, locked } = { ...before, ...change };
    const alpha = change.alpha ?? scaledAlpha(before, rank, rankStabilized);
    modules[path] = { rank, alpha, experts, ...(locked ? { locked } : {}) };
  }
  return { ...plan, modules };
}
