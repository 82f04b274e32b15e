import type { Draft } from '../../src/shared/draft';
import type { SearchOutlook } from '../../src/shared/searchOutlook';
import type { PlanFile } from '../../src/shared/planFile';
import type { RunState } from '../../src/shared/runState';
import type { Plan } from '../../src/shared/words';
import type { Palette, RunHeading } from '../../src/shared/webviewProtocol';
import type { Choices } from './choices';
import { layerRows, type LayerRow } from './layers';
import { remembered } from './remembered';
import { scoreView, type ScoreView } from './scores';

/** All that the parts of the page draw from. Derived afresh from the events' state, never changed in place. */
export interface PageView {
  readonly heading: RunHeading;
  readonly trusted: boolean;
  readonly palette: Palette;
  /** The run, with the plan as it is edited in the place of its own where one is. */
  readonly run: RunState;
  /** The plan that the run made, whatever was changed since. */
  readonly planOfRun: Plan | undefined;
  /** The plan that may be edited; undefined while there is none. */
  readonly draft: Draft | undefined;
  /** The number of the last change of the page that the host has answered; undefined before the first. */
  readonly answered?: number | undefined;
  /** What the run's search knows and expects; undefined until the host has worked it out. */
  readonly outlook: SearchOutlook | undefined;
  readonly choices: Choices;
  readonly scores: ScoreView;
  readonly layers: readonly LayerRow[];
  /** Seconds since the run began, while it runs. */
  readonly elapsedSeconds: number | undefined;
}

/** The view of a run for a reader's choices at a time in milliseconds. */
export function pageView(page: OpenPage, choices: Choices, now: number): PageView {
  const run = withDraft(page.run, page.draft);
  const { modules, model, plan } = run;
  const scores = scoresOf(modules, run.tasks, choices.task);
  const planOfRun = page.run.plan?.plan;
  const layers = layersOf(modules, model, hasPlan({ run, planOfRun }) ? plan : undefined, scores);
  return { ...page, planOfRun, run, choices, scores, layers, elapsedSeconds: elapsed(run, now) };
}

/**
 * Whether there is a plan. A run that was only scored has a draft without rows, which may be changed by hand: nothing is kept by
 * it yet.
 */
export const hasPlan = ({
  run,
  planOfRun,
}: Pick<PageView, 'planOfRun'> & {
  readonly run: { readonly plan?: Pick<PlanFile, 'plan'> | undefined };
}): boolean =>
  planOfRun !== undefined ||
  Object.values(run.plan?.plan.modules ?? {}).some(({ experts, locked }) => experts > 0 || locked === true);

/** What a page holds of what the host told it. */
export type OpenPage = Pick<
  PageView,
  'heading' | 'trusted' | 'palette' | 'run' | 'draft' | 'answered' | 'outlook'
>;

const scoresOf = remembered(
  (modules: RunState['modules'], tasks: RunState['tasks'], task: string | undefined): ScoreView =>
    scoreView({ modules, tasks }, task),
);
const layersOf = remembered(
  (
    modules: RunState['modules'],
    model: RunState['model'],
    plan: RunState['plan'],
    scores: ScoreView,
  ): readonly LayerRow[] => layerRows({ modules, model, plan }, scores),
);
const planOf = remembered(
  ({ plan, totals, summary, method }: Draft, methodOfRun: Draft['method']): RunState['plan'] => ({
    ...{ version: 1, method: method ?? methodOfRun ?? 'uniform', plan, totals, summary },
  }),
);

const withDraft = remembered((run: RunState, draft: Draft | undefined): RunState =>
  draft === undefined ? run : { ...run, plan: planOf(draft, run.plan?.method) },
);

/** Seconds since a run began or went on, while it runs. */
export function elapsed(run: RunState, now: number): number | undefined {
  const since = run.resumedAt ?? run.startedAt;
  if (run.status !== 'running' || since === undefined) return undefined;
  const started = Date.parse(since);
  return Number.isNaN(started) ? undefined : Math.max(0, (now - started) / 1000);
}
