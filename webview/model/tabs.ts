import { activityOf } from '../../src/shared/activity';
import type { RunState } from '../../src/shared/runState';
import type { PageTab } from '../../src/shared/webviewProtocol';
import type { PageView } from './view';

/** The titles of the tabs that have something to show; the map's and the details' are always there. */
export function tabTitles({
  run,
  heading,
}: Pick<PageView, 'run' | 'heading'>): Partial<Record<PageTab, string>> {
  return {
    map: 'Map',
    ...(run.search === undefined ? {} : { search: 'Search' }),
    ...(run.trials.length === 0 ? {} : { training: 'Training' }),
    ...(run.verdict === undefined ? {} : { verdict: 'Verdict' }),
    ...(isShared(run) ? { sharing: 'Sharing' } : {}),
    ...(heading.kind === 'run' && run.status !== 'empty' ? { details: 'Details' } : {}),
  };
}

/** The tab that the reader chose where it is there, else the one of what the run does. */
export function shownTab(view: Pick<PageView, 'run' | 'heading' | 'choices'>): PageTab {
  const titles = tabTitles(view);
  const { tab } = view.choices;
  if (tab !== undefined && titles[tab] !== undefined) return tab;
  const { run } = view;
  // Of a main job that has ended, the plan is what comes next, with the verdict beside it.
  const isJudged = run.job === 'judge' || (run.status === 'running' && activityOf(run) === 'judging');
  if (titles.verdict !== undefined && isJudged) return 'verdict';
  if (run.stage === 'search' && titles.search !== undefined && run.status === 'running') return 'search';
  if (run.job === 'search' && titles.search !== undefined) return 'search';
  return run.job === 'train' && titles.training !== undefined ? 'training' : 'map';
}

/** By the plan, or by what is trained: an experiment without a plan shares by its method's options. */
const isShared = ({ plan, trials }: RunState): boolean =>
  (plan?.plan.shared.length ?? 0) > 0 || trials.some(({ adapter }) => adapter?.sharing !== undefined);
