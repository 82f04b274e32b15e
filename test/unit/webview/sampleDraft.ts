import type { Draft, RowChange } from '../../../src/shared/draft';
import type { RunState } from '../../../src/shared/runState';
import { allocationMethods, type Plan } from '../../../src/shared/words';
import { withRows } from '../../../webview/model/map/pending';

/** A draft of a run's own plan, as a host would tell it, with rows changed. */
export function draftOf(
  run: RunState,
  rows: Readonly<Record<string, RowChange>> = {},
  change: Partial<Draft> = {},
): Draft {
  const plan = withRows(run.plan?.plan ?? { modules: {}, shared: [] }, rows);
  const totals = totalsOf(run, plan);
  return {
    plan,
    totals,
    summary: run.plan?.summary ?? '',
    method: run.plan?.method,
    byHand: Object.keys(rows).length > 0,
    methods: allocationMethods.map((method) => ({
      method,
      reason: method === 'eva' ? 'eva needs explained variances: score with the estimator eva.' : undefined,
    })),
    limits: [
      { limit: 'layers', most: 2, used: totals.layers },
      { limit: 'parameters', most: 400_000, used: totals.parameters },
    ],
    control: { rank: 4, modules: run.modules.length, parameters: run.modules.length * 4 * 1024 },
    undo: Object.keys(rows).length > 0 ? 'rank of layer 3 q' : undefined,
    redo: undefined,
    isApplied: Object.keys(rows).length === 0,
    file: 'mail.adapter.yaml',
    readOnly: undefined,
    refused: undefined,
    norms: undefined,
    ...change,
  };
}

function totalsOf({ modules }: RunState, plan: Plan): Draft['totals'] {
  const adapted = modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  const sum = (of: (module: (typeof modules)[number]) => number): number =>
    adapted.reduce((total, module) => total + of(module), 0);
  const expertsOf = (path: string): number => plan.modules[path]?.experts ?? 0;
  return {
    parameters: sum(
      ({ path, inFeatures, outFeatures }) =>
        expertsOf(path) * (plan.modules[path]?.rank ?? 0) * (inFeatures + outFeatures),
    ),
    experts: sum(({ path }) => expertsOf(path)),
    modules: adapted.length,
    layers: new Set(adapted.map(({ layer }) => layer)).size,
  };
}
