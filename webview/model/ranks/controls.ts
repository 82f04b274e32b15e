import { pausesSoon } from '../../../src/shared/searchWords';
import type { Steering } from '../../../src/shared/webviewProtocol';
import { goesOn, reasonAgainstStopping, restrictedReason } from '../actions';
import type { PageView } from '../view';
import { titleOf } from './pointWords';

/** What the buttons over a search do now, and why they do nothing. */
export interface SearchControls {
  readonly pause: PauseControl;
  readonly stop: { readonly reason: string | undefined };
  readonly add: { readonly reason: string | undefined };
  /** What is asked of the search and is not done yet, in sentences. */
  readonly told: readonly string[];
}

/** One button: it holds the search back, or has it go on. */
export interface PauseControl {
  readonly label: 'Pause' | 'Resume';
  /** What is asked of a search that runs; undefined where its run is to be resumed. */
  readonly steering: Steering | undefined;
  readonly reason: string | undefined;
  /** Something waits for it. */
  readonly isNext: boolean;
}

export function searchControls(view: PageView): SearchControls {
  const { run, outlook, trusted } = view;
  const isRunning = run.status === 'running';
  const waiting = outlook?.requests.waiting ?? [];
  const isAskedToPause = outlook?.requests.paused === true;
  const isPaused = isRunning && run.search?.paused === true;
  return {
    pause: pauseControl(view),
    stop: { reason: reasonAgainstStopping(view) },
    add: { reason: trusted ? reasonAgainstAdding(view) : restrictedReason },
    told: [
      ...(isRunning && isAskedToPause && !isPaused ? [pausesSoon] : []),
      ...waiting.map((point) =>
        isRunning && !isPaused && !isAskedToPause
          ? `${titleOf(point)} is tried next, as it was asked for by hand.`
          : `${titleOf(point)} was asked for by hand, and is tried first when the search goes on.`,
      ),
    ],
  };
}

function pauseControl(view: PageView): PauseControl {
  const { run, outlook, trusted } = view;
  const restricted = trusted ? undefined : restrictedReason;
  if (run.status === 'running') {
    const holds = run.search?.paused === true || outlook?.requests.paused === true;
    return {
      ...{ label: holds ? 'Resume' : 'Pause', reason: restricted, isNext: holds },
      steering: { type: holds ? 'go-on' : 'pause' },
    };
  }
  return {
    // The page's own button is the one that stands out then.
    ...{ label: 'Resume', steering: undefined, isNext: false },
    reason:
      restricted ??
      (goesOn(view) ? undefined : 'The search has come to its end. Add a trial to go on with it.'),
  };
}

function reasonAgainstAdding({ outlook, heading }: PageView): string | undefined {
  if (heading.recorded) return 'A recorded search takes no trials. Search the ranks yourself first.';
  if (outlook === undefined) return 'The search has no trials yet.';
  const isOpen = outlook.points.some(
    ({ keepsBudget, trial, isAsked }) => keepsBudget && trial === undefined && !isAsked,
  );
  return isOpen ? undefined : 'Every candidate was tried or asked for.';
}
