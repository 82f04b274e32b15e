import type { RunState } from '../../src/shared/runState';
import type { RunHeading } from '../../src/shared/webviewProtocol';
import type { Choices } from './choices';
import { layerRows, type LayerRow } from './layers';
import { scoreView, type ScoreView } from './scores';

/** All that the parts of the page draw from. Derived afresh from the events' state, never changed in place. */
export interface PageView {
  readonly heading: RunHeading;
  readonly trusted: boolean;
  readonly run: RunState;
  readonly choices: Choices;
  readonly scores: ScoreView;
  readonly layers: readonly LayerRow[];
  /** Seconds since the run began, while it runs. */
  readonly elapsedSeconds: number | undefined;
}

/** The view of a run for a reader's choices at a time in milliseconds. */
export function pageView(
  page: { readonly heading: RunHeading; readonly trusted: boolean; readonly run: RunState },
  choices: Choices,
  now: number,
): PageView {
  const { heading, trusted, run } = page;
  const scores = scoreView(run, choices.task);
  return {
    heading,
    trusted,
    run,
    choices,
    scores,
    layers: layerRows(run, scores),
    elapsedSeconds: elapsed(run, now),
  };
}

function elapsed(run: RunState, now: number): number | undefined {
  const since = run.resumedAt ?? run.startedAt;
  if (run.status !== 'running' || since === undefined) return undefined;
  const started = Date.parse(since);
  return Number.isNaN(started) ? undefined : Math.max(0, (now - started) / 1000);
}
